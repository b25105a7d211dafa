/** Where the images of one round lie: columns of equal length, ascending by image. */
import { PointGrid } from "@/shapes/pointGrid";

export interface Layout {
  /** The round, or null for a preview that the server does not keep. */
  readonly round: number | null;
  readonly imageIds: Uint32Array;
  /** x0, y0, x1, y1, ... in map radii. */
  readonly xy: Float32Array;
  /** Island of each image, -1 for none. */
  readonly islands: Int32Array;
  readonly grid: PointGrid;
}

export const layoutOf = (
  round: number | null,
  imageIds: Uint32Array,
  xy: Float32Array,
  islands: Int32Array,
): Layout => ({ round, imageIds, xy, islands, grid: new PointGrid(xy) });

/** Calls back with the places of every image that both lists hold; both ascend. */
const forEachShared = (a: Uint32Array, b: Uint32Array, both: (inA: number, inB: number) => void): void => {
  let j = 0;
  for (let i = 0; i < a.length; i++) {
    const id = a[i] ?? 0;
    while (j < b.length && (b[j] ?? 0) < id) j++;
    if (b[j] === id) both(i, j);
  }
};

/** Positions of `next` as they were in `previous`; an image that is new starts where it ends. */
export const startPlaces = (previous: Layout, next: Layout): Float32Array => {
  const from = next.xy.slice();
  forEachShared(next.imageIds, previous.imageIds, (i, j) => {
    from[2 * i] = previous.xy[2 * j] ?? 0;
    from[2 * i + 1] = previous.xy[2 * j + 1] ?? 0;
  });
  return from;
};

/** Row in the project's columns of each point, -1 where the columns do not know the image yet. */
export const rowsOfPoints = (layout: Layout, imageIds: Uint32Array): Int32Array => {
  const rows = new Int32Array(layout.imageIds.length).fill(-1);
  forEachShared(layout.imageIds, imageIds, (i, j) => (rows[i] = j));
  return rows;
};

/** Index of an image's point, or -1. */
export const pointOf = ({ imageIds }: Layout, imageId: number): number => {
  let [low, high] = [0, imageIds.length - 1];
  while (low <= high) {
    const middle = (low + high) >> 1;
    const found = imageIds[middle] ?? 0;
    if (found === imageId) return middle;
    if (found < imageId) low = middle + 1;
    else high = middle - 1;
  }
  return -1;
};

export interface Move {
  imageId: number;
  /** In map radii. */
  distance: number;
}

export interface Moves {
  /** Images on both rounds. */
  images: number;
  median: number;
  /** The farthest first. */
  farthest: readonly Move[];
}

/** What moved between two rounds. */
export const movesBetween = (before: Layout, after: Layout, most: number): Moves => {
  const moves: Move[] = [];
  forEachShared(after.imageIds, before.imageIds, (i, j) => {
    const dx = (after.xy[2 * i] ?? 0) - (before.xy[2 * j] ?? 0);
    const dy = (after.xy[2 * i + 1] ?? 0) - (before.xy[2 * j + 1] ?? 0);
    moves.push({ imageId: after.imageIds[i] ?? 0, distance: Math.hypot(dx, dy) });
  });
  moves.sort((a, b) => b.distance - a.distance);
  const median = moves[moves.length >> 1]?.distance ?? 0;
  return { images: moves.length, median, farthest: moves.slice(0, most) };
};

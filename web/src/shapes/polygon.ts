/** A closed polygon on the map and which points lie inside it. */
import type { MapUnit, Point } from "./mapUnits";
import type { Bounds } from "./mapViewport";

/** Three or more corners; the last joins the first. */
export type Polygon = readonly Point<MapUnit>[];

const SLABS = 64;

/** Edges that a horizontal slab of the plane meets, as x1, y1, x2, y2 each. */
interface Slabs {
  readonly bounds: Bounds;
  readonly edges: readonly Float64Array[];
}

export const polygonBounds = (polygon: Polygon): Bounds => [
  Math.min(...polygon.map((corner) => corner.x)),
  Math.min(...polygon.map((corner) => corner.y)),
  Math.max(...polygon.map((corner) => corner.x)),
  Math.max(...polygon.map((corner) => corner.y)),
];

const slabOf = (y: number, [, bottom, , top]: Bounds): number =>
  Math.min(SLABS - 1, Math.max(0, Math.floor(((y - bottom) / (top - bottom || 1)) * SLABS)));

const cutIntoSlabs = (polygon: Polygon): Slabs => {
  const bounds = polygonBounds(polygon);
  const edges: number[][] = Array.from({ length: SLABS }, () => []);
  polygon.forEach((from, i) => {
    const to = polygon[(i + 1) % polygon.length] ?? from;
    if (from.y === to.y) return;
    const first = slabOf(Math.min(from.y, to.y), bounds);
    const last = slabOf(Math.max(from.y, to.y), bounds);
    for (let slab = first; slab <= last; slab++) edges[slab]?.push(from.x, from.y, to.x, to.y);
  });
  return { bounds, edges: edges.map((slab) => Float64Array.from(slab)) };
};

const crossesOddly = (edges: Float64Array, x: number, y: number): boolean => {
  let inside = false;
  for (let e = 0; e < edges.length; e += 4) {
    const x1 = edges[e] ?? 0;
    const y1 = edges[e + 1] ?? 0;
    const x2 = edges[e + 2] ?? 0;
    const y2 = edges[e + 3] ?? 0;
    // Term by term what the server computes, so that both find the same points to the last bit.
    if (y1 > y !== y2 > y && x < x1 + ((y - y1) * (x2 - x1)) / (y2 - y1)) inside = !inside;
  }
  return inside;
};

/**
 * Calls `found` with the index of every point inside the polygon, by the even-odd rule.
 *
 * xy: x0, y0, x1, y1, ... in map radii. A point on a left or lower edge is inside, on a right or upper one outside.
 */
export const forEachInside = (polygon: Polygon, xy: Float32Array, found: (index: number) => void): void => {
  if (polygon.length < 3) return;
  const { bounds, edges } = cutIntoSlabs(polygon);
  const [, bottom, , top] = bounds;
  for (let i = 0; i < xy.length; i += 2) {
    const y = xy[i + 1] ?? 0;
    if (y < bottom || y > top) continue;
    const slab = edges[slabOf(y, bounds)];
    if (slab !== undefined && crossesOddly(slab, xy[i] ?? 0, y)) found(i >> 1);
  }
};

type Corner = Point<MapUnit> | undefined;

const distanceToEdge = (p: Corner, a: Corner, b: Corner): number => {
  if (p === undefined || a === undefined || b === undefined) return 0;
  const [dx, dy] = [b.x - a.x, b.y - a.y];
  const length = dx * dx + dy * dy;
  const along = length === 0 ? 0 : Math.min(1, Math.max(0, ((p.x - a.x) * dx + (p.y - a.y) * dy) / length));
  return Math.hypot(p.x - a.x - along * dx, p.y - a.y - along * dy);
};

/** The stroke with every corner left out that lies within `tolerance` of what remains (Douglas and Peucker 1973). */
export const simplified = (stroke: Polygon, tolerance: number): Polygon => {
  if (stroke.length <= 2) return stroke;
  const keep = new Uint8Array(stroke.length);
  keep[0] = keep[stroke.length - 1] = 1;
  const open: [number, number][] = [[0, stroke.length - 1]];
  for (let range = open.pop(); range !== undefined; range = open.pop()) {
    const [from, to] = range;
    let [farthest, where] = [tolerance, -1];
    for (let i = from + 1; i < to; i++) {
      const away = distanceToEdge(stroke[i], stroke[from], stroke[to]);
      if (away > farthest) [farthest, where] = [away, i];
    }
    if (where < 0) continue;
    keep[where] = 1;
    open.push([from, where], [where, to]);
  }
  return stroke.filter((_, i) => keep[i] === 1);
};

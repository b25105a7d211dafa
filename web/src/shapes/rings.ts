/** Changing single vertices of polygons; the old shape stays, as undo needs it. */
import { ringsOf } from "./measure";
import type { Point, PolygonPart, PolygonShape, Ring } from "./shape";

/** A vertex: ring 0 is the outline, 1 and on are holes. */
export interface Place {
  readonly part: number;
  readonly ring: number;
  readonly at: number;
}

const LEAST = 3;

export const ringAt = (shape: PolygonShape, { part, ring }: Place): Ring | undefined => {
  const found = shape.parts[part];
  return ring === 0 ? found?.outline : found?.holes?.[ring - 1];
};

const partWith = (part: PolygonPart, ring: number, changed: Ring): PolygonPart =>
  ring === 0
    ? { ...part, outline: changed }
    : { ...part, holes: (part.holes ?? []).map((hole, i) => (i === ring - 1 ? changed : hole)) };

const withRing = (shape: PolygonShape, place: Place, change: (ring: Ring) => Ring): PolygonShape => {
  const ring = ringAt(shape, place);
  if (ring === undefined) return shape;
  const changed = change(ring);
  return {
    ...shape,
    parts: shape.parts.map((part, i) => (i === place.part ? partWith(part, place.ring, changed) : part)),
  };
};

export const vertexMoved = (shape: PolygonShape, place: Place, to: Point): PolygonShape =>
  withRing(shape, place, (ring) => ring.map((point, i) => (i === place.at ? to : point)));

/** A new vertex before the one at `place`. */
export const vertexInserted = (shape: PolygonShape, place: Place, point: Point): PolygonShape =>
  withRing(shape, place, (ring) => ring.toSpliced(place.at, 0, point));

const withoutRing = (shape: PolygonShape, { part, ring }: Place): PolygonShape | null => {
  if (ring > 0) {
    const parts = shape.parts.map((each, i): PolygonPart => {
      if (i !== part) return each;
      const holes = (each.holes ?? []).filter((_, hole) => hole !== ring - 1);
      return holes.length === 0 ? { outline: each.outline } : { ...each, holes };
    });
    return { ...shape, parts };
  }
  return shape.parts.length === 1 ? null : { ...shape, parts: shape.parts.filter((_, i) => i !== part) };
};

/** Without a vertex. A hole or a part of three goes as a whole; null where nothing would be left. */
export const vertexRemoved = (shape: PolygonShape, place: Place): PolygonShape | null => {
  const ring = ringAt(shape, place);
  if (ring === undefined) return shape;
  if (ring.length <= LEAST) return withoutRing(shape, place);
  return withRing(shape, place, (old) => old.toSpliced(place.at, 1));
};

/** With a hole in the part that holds the hole's first vertex; the same shape where none does. */
export const holeAdded = (shape: PolygonShape, hole: Ring, part: number): PolygonShape => ({
  ...shape,
  parts: shape.parts.map((each, i) =>
    i === part ? { ...each, holes: [...(each.holes ?? []), hole] } : each,
  ),
});

export const vertexCount = (shape: PolygonShape): number =>
  ringsOf(shape).reduce((sum, ring) => sum + ring.length, 0);

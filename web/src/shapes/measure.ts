/** How large shapes are and what they cover. */
import type { Edges, Keypoint, Point, PolygonShape, Ring, RotatedBoxShape, Shape } from "./shape";
import { holds, pixelCount, spanBounds, spansOf } from "./spans";

const NOTHING: Edges = [0, 0, 0, 0];

const around = (points: Iterable<readonly [number, number, ...unknown[]]>): Edges | null => {
  let [left, top, right, bottom] = [Infinity, Infinity, -Infinity, -Infinity];
  for (const [x, y] of points) {
    if (x < left) left = x;
    if (x > right) right = x;
    if (y < top) top = y;
    if (y > bottom) bottom = y;
  }
  return left > right ? null : [left, top, right, bottom];
};

/** From a rotated box's own plane (origin in its middle, not turned) into the image. */
export const turnedOut = ({ centre, degrees }: RotatedBoxShape, u: number, v: number): Point => {
  const [cosine, sine] = [Math.cos((degrees * Math.PI) / 180), Math.sin((degrees * Math.PI) / 180)];
  return [centre[0] + u * cosine - v * sine, centre[1] + u * sine + v * cosine];
};

/** From the image into a rotated box's own plane. */
export const turnedIn = ({ centre, degrees }: RotatedBoxShape, x: number, y: number): Point => {
  const [cosine, sine] = [Math.cos((degrees * Math.PI) / 180), Math.sin((degrees * Math.PI) / 180)];
  const [dx, dy] = [x - centre[0], y - centre[1]];
  return [dx * cosine + dy * sine, dy * cosine - dx * sine];
};

/** Top left, top right, bottom right, bottom left of the box before it was turned. */
export const cornersOf = (shape: RotatedBoxShape): readonly [Point, Point, Point, Point] => {
  const [u, v] = [shape.size[0] / 2, shape.size[1] / 2];
  return [turnedOut(shape, -u, -v), turnedOut(shape, u, -v), turnedOut(shape, u, v), turnedOut(shape, -u, v)];
};

export const ringsOf = (shape: PolygonShape): Ring[] =>
  shape.parts.flatMap(({ outline, holes }) => [outline, ...(holes ?? [])]);

export const isSeen = (point: Keypoint): boolean => point[2] !== 0;

const measured = new WeakMap<Shape, Edges>();

const measureBounds = (shape: Shape): Edges => {
  switch (shape.kind) {
    case "box":
      return shape.box;
    case "rotated-box":
      return around(cornersOf(shape)) ?? NOTHING;
    case "polygon":
      return around(shape.parts.flatMap((part) => part.outline)) ?? NOTHING;
    case "mask":
      return spanBounds(spansOf(shape)) ?? NOTHING;
    case "keypoints":
      return shape.box ?? around(shape.points.filter(isSeen)) ?? NOTHING;
  }
};

/** Around all of it. Remembered per value. */
export const boundsOf = (shape: Shape): Edges => {
  const before = measured.get(shape);
  if (before !== undefined) return before;
  const bounds = measureBounds(shape);
  measured.set(shape, bounds);
  return bounds;
};

/** Twice the signed area. */
const doubled = (ring: Ring): number => {
  let sum = 0;
  let before = ring.at(-1) ?? [0, 0];
  for (const point of ring) {
    sum += before[0] * point[1] - point[0] * before[1];
    before = point;
  }
  return sum;
};

export const ringArea = (ring: Ring): number => Math.abs(doubled(ring)) / 2;

/** Square pixels; of keypoints, that of their bounds. */
export const areaOf = (shape: Shape): number => {
  switch (shape.kind) {
    case "rotated-box":
      return shape.size[0] * shape.size[1];
    case "mask":
      return pixelCount(spansOf(shape));
    case "polygon":
      return shape.parts.reduce(
        (sum, { outline, holes }) =>
          sum + ringArea(outline) - (holes ?? []).reduce((all, hole) => all + ringArea(hole), 0),
        0,
      );
    case "box":
    case "keypoints": {
      const [left, top, right, bottom] = boundsOf(shape);
      return (right - left) * (bottom - top);
    }
  }
};

const crossesOddly = (ring: Ring, x: number, y: number): boolean => {
  let inside = false;
  let [x1, y1] = ring.at(-1) ?? [0, 0];
  for (const [x2, y2] of ring) {
    if (y1 > y !== y2 > y && x < x1 + ((y - y1) * (x2 - x1)) / (y2 - y1)) inside = !inside;
    [x1, y1] = [x2, y2];
  }
  return inside;
};

export const isWithin = ([left, top, right, bottom]: Edges, x: number, y: number, margin = 0): boolean =>
  x >= left - margin && x <= right + margin && y >= top - margin && y <= bottom + margin;

/** Does a point in image pixels lie in it? Keypoints cover their bounds. */
export const covers = (shape: Shape, x: number, y: number): boolean => {
  if (!isWithin(boundsOf(shape), x, y)) return false;
  switch (shape.kind) {
    case "box":
    case "keypoints":
      return true;
    case "rotated-box": {
      const [u, v] = turnedIn(shape, x, y);
      return Math.abs(u) <= shape.size[0] / 2 && Math.abs(v) <= shape.size[1] / 2;
    }
    case "polygon":
      return shape.parts.some(
        ({ outline, holes }) =>
          crossesOddly(outline, x, y) !==
          ((holes ?? []).filter((hole) => crossesOddly(hole, x, y)).length % 2 === 1),
      );
    case "mask":
      return holds(spansOf(shape), x, y);
  }
};

/** How far a point is from the line between two others. */
export const awayFromLine = (x: number, y: number, [ax, ay]: Point, [bx, by]: Point): number => {
  const [dx, dy] = [bx - ax, by - ay];
  const square = dx * dx + dy * dy;
  const along = square === 0 ? 0 : Math.min(1, Math.max(0, ((x - ax) * dx + (y - ay) * dy) / square));
  return Math.hypot(x - ax - along * dx, y - ay - along * dy);
};

const awayFromRing = (ring: Ring, x: number, y: number): number => {
  let least = Infinity;
  let before = ring.at(-1) ?? [0, 0];
  for (const point of ring) {
    least = Math.min(least, awayFromLine(x, y, before, point));
    before = point;
  }
  return least;
};

const ringOfEdges = ([left, top, right, bottom]: Edges): Ring => [
  [left, top],
  [right, top],
  [right, bottom],
  [left, bottom],
];

/** How far a point is from the outline, in image pixels; of keypoints, from their points. A mask is measured by what it covers: 0 or Infinity. */
export const awayFromOutline = (shape: Shape, x: number, y: number): number => {
  switch (shape.kind) {
    case "box":
      return awayFromRing(ringOfEdges(shape.box), x, y);
    case "rotated-box":
      return awayFromRing(cornersOf(shape), x, y);
    case "polygon":
      return Math.min(...ringsOf(shape).map((ring) => awayFromRing(ring, x, y)));
    case "keypoints":
      return Math.min(
        ...shape.points.filter(isSeen).map(([px, py]) => Math.hypot(px - x, py - y)),
        shape.box === undefined ? Infinity : awayFromRing(ringOfEdges(shape.box), x, y),
      );
    case "mask":
      return holds(spansOf(shape), x, y) ? 0 : Infinity;
  }
};

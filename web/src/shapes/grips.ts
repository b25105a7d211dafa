/** Where a shape can be gripped to change it, and what dragging a grip makes of it. */
import type { ImagePoint } from "./imageView";
import { awayFromLine, isSeen, turnedIn, turnedOut } from "./measure";
import { ringAt, vertexInserted, vertexMoved, type Place } from "./rings";
import type { Edges, Keypoint, Point, PolygonShape, RotatedBoxShape, Shape } from "./shape";

/** -1 left or top, 0 in the middle, 1 right or bottom. */
type Side = -1 | 0 | 1;

export type Grip =
  /** A corner or the middle of a side of a box, a rotated box or the box of keypoints. */
  | { readonly kind: "edge"; readonly x: Side; readonly y: Side; readonly turned: boolean }
  /** The knob that turns a rotated box. */
  | { readonly kind: "turn" }
  | { readonly kind: "vertex"; readonly place: Place }
  /** Between two vertices: dragging it makes a new one, which then lies at `place`. */
  | { readonly kind: "side"; readonly place: Place }
  | { readonly kind: "point"; readonly at: number };

export interface GripAt {
  readonly grip: Grip;
  readonly point: Point;
}

const SIDES: readonly Side[] = [-1, 0, 1];
const EIGHT = SIDES.flatMap((y) => SIDES.map((x) => ({ x, y }))).filter(({ x, y }) => x !== 0 || y !== 0);

const gripsOfEdges = ([left, top, right, bottom]: Edges): GripAt[] =>
  EIGHT.map(({ x, y }) => ({
    grip: { kind: "edge", x, y, turned: false },
    point: [(left + right) / 2 + (x * (right - left)) / 2, (top + bottom) / 2 + (y * (bottom - top)) / 2],
  }));

/** The knob stands this far above the upper side; image pixels. */
export const knobOf = (shape: RotatedBoxShape, away: number): Point =>
  turnedOut(shape, 0, -shape.size[1] / 2 - away);

/** Vertices and handles; not the sides between vertices. knobAway: of the knob that turns, image pixels. */
export const gripsOf = (shape: Shape, knobAway: number): GripAt[] => {
  switch (shape.kind) {
    case "box":
      return gripsOfEdges(shape.box);
    case "rotated-box":
      return [
        { grip: { kind: "turn" }, point: knobOf(shape, knobAway) },
        ...EIGHT.map(({ x, y }): GripAt => ({
          grip: { kind: "edge", x, y, turned: true },
          point: turnedOut(shape, (x * shape.size[0]) / 2, (y * shape.size[1]) / 2),
        })),
      ];
    case "polygon":
      return shape.parts.flatMap(({ outline, holes }, part) =>
        [outline, ...(holes ?? [])].flatMap((ring, r) =>
          ring.map((point, at): GripAt => ({
            grip: { kind: "vertex", place: { part, ring: r, at } },
            point,
          })),
        ),
      );
    case "mask":
      return [];
    case "keypoints":
      return [
        ...shape.points.flatMap((point, at): GripAt[] =>
          isSeen(point) ? [{ grip: { kind: "point", at }, point: [point[0], point[1]] }] : [],
        ),
        ...(shape.box === undefined ? [] : gripsOfEdges(shape.box)),
      ];
  }
};

const nearestVertex = (shape: PolygonShape, x: number, y: number, within: number): Place | null => {
  let [least, found]: [number, Place | null] = [within, null];
  shape.parts.forEach(({ outline, holes }, part) =>
    [outline, ...(holes ?? [])].forEach((points, ring) =>
      points.forEach(([px, py], at) => {
        // Cheap first: a polygon may have thousands.
        if (Math.abs(px - x) > least || Math.abs(py - y) > least) return;
        const away = Math.hypot(px - x, py - y);
        if (away <= least) [least, found] = [away, { part, ring, at }];
      }),
    ),
  );
  return found;
};

const nearestSide = (shape: PolygonShape, x: number, y: number, within: number): Place | null => {
  let [least, found]: [number, Place | null] = [within, null];
  shape.parts.forEach(({ outline, holes }, part) =>
    [outline, ...(holes ?? [])].forEach((points, ring) =>
      points.forEach((to, at) => {
        const from = points[(at + points.length - 1) % points.length] ?? to;
        const away = awayFromLine(x, y, from, to);
        if (away <= least) [least, found] = [away, { part, ring, at }];
      }),
    ),
  );
  return found;
};

/** The grip within reach of a point, nearest first; vertices before sides. within, knobAway: image pixels. */
export const gripUnder = (shape: Shape, at: ImagePoint, within: number, knobAway: number): Grip | null => {
  if (shape.kind === "polygon") {
    const vertex = nearestVertex(shape, at.x, at.y, within);
    if (vertex !== null) return { kind: "vertex", place: vertex };
    const side = nearestSide(shape, at.x, at.y, within);
    return side === null ? null : { kind: "side", place: side };
  }
  let [least, found]: [number, Grip | null] = [within, null];
  for (const { grip, point } of gripsOf(shape, knobAway)) {
    const away = Math.hypot(point[0] - at.x, point[1] - at.y);
    if (away <= least) [least, found] = [away, grip];
  }
  if (found !== null || (shape.kind !== "box" && shape.kind !== "rotated-box")) return found;
  return sideUnder(shape, at, within);
};

/** A whole side of a box can be gripped, not only its middle. */
const sideUnder = (
  shape: Extract<Shape, { kind: "box" | "rotated-box" }>,
  at: ImagePoint,
  within: number,
): Grip | null => {
  const turned = shape.kind === "rotated-box";
  const [left, top, right, bottom] = turned
    ? ([-shape.size[0] / 2, -shape.size[1] / 2, shape.size[0] / 2, shape.size[1] / 2] as const)
    : shape.box;
  const [x, y] = turned ? turnedIn(shape, at.x, at.y) : [at.x, at.y];
  const away: readonly (readonly [number, Side, Side])[] = [
    [awayFromLine(x, y, [left, top], [left, bottom]), -1, 0],
    [awayFromLine(x, y, [right, top], [right, bottom]), 1, 0],
    [awayFromLine(x, y, [left, top], [right, top]), 0, -1],
    [awayFromLine(x, y, [left, bottom], [right, bottom]), 0, 1],
  ];
  const [nearest] = away.filter(([px]) => px <= within).toSorted((a, b) => a[0] - b[0]);
  return nearest === undefined ? null : { kind: "edge", x: nearest[1], y: nearest[2], turned };
};

const LEAST_PX = 1;

/** In either order, at least a pixel apart. */
const ordered = (a: number, b: number): readonly [number, number] => {
  const [low, high] = [Math.min(a, b), Math.max(a, b)];
  return high - low >= LEAST_PX ? [low, high] : [low, low + LEAST_PX];
};

/** An edge that is dragged over the other one becomes that other one. */
const draggedEdges = (edges: Edges, x: Side, y: Side, dx: number, dy: number): Edges => {
  const [left, right] = ordered(edges[0] + (x === -1 ? dx : 0), edges[2] + (x === 1 ? dx : 0));
  const [top, bottom] = ordered(edges[1] + (y === -1 ? dy : 0), edges[3] + (y === 1 ? dy : 0));
  return [left, top, right, bottom];
};

const WHOLE_TURN = 360;

/** 0 to below 360. */
export const wholeDegrees = (degrees: number): number => {
  const turned = ((degrees % WHOLE_TURN) + WHOLE_TURN) % WHOLE_TURN;
  return turned < WHOLE_TURN ? turned : 0;
};

const draggedTurned = (shape: RotatedBoxShape, x: Side, y: Side, from: ImagePoint, to: ImagePoint) => {
  const [fromU, fromV] = turnedIn(shape, from.x, from.y);
  const [toU, toV] = turnedIn(shape, to.x, to.y);
  const [u, v] = [shape.size[0] / 2, shape.size[1] / 2];
  const [left, top, right, bottom] = draggedEdges([-u, -v, u, v], x, y, toU - fromU, toV - fromV);
  return {
    ...shape,
    centre: turnedOut(shape, (left + right) / 2, (top + bottom) / 2),
    size: [right - left, bottom - top] as const,
  };
};

const FROM_UP = 90;

/**
 * What a shape becomes when a grip is dragged; both ends of the drag in image pixels.
 *
 * The opposite edge or corner stays where it is, also of a rotated box. steps: a rotated box turns by whole 15 degrees.
 */
export const dragged = (shape: Shape, grip: Grip, from: ImagePoint, to: ImagePoint, steps = false): Shape => {
  const [dx, dy] = [to.x - from.x, to.y - from.y];
  switch (grip.kind) {
    case "edge":
      if (shape.kind === "box") return { kind: "box", box: draggedEdges(shape.box, grip.x, grip.y, dx, dy) };
      if (shape.kind === "rotated-box") return draggedTurned(shape, grip.x, grip.y, from, to);
      if (shape.kind === "keypoints" && shape.box !== undefined) {
        return { ...shape, box: draggedEdges(shape.box, grip.x, grip.y, dx, dy) };
      }
      return shape;
    case "turn": {
      if (shape.kind !== "rotated-box") return shape;
      const heading = (Math.atan2(to.y - shape.centre[1], to.x - shape.centre[0]) * 180) / Math.PI;
      const degrees = heading + FROM_UP;
      return { ...shape, degrees: wholeDegrees(steps ? Math.round(degrees / 15) * 15 : degrees) };
    }
    case "vertex": {
      if (shape.kind !== "polygon") return shape;
      const old = ringAt(shape, grip.place)?.[grip.place.at];
      return old === undefined ? shape : vertexMoved(shape, grip.place, [old[0] + dx, old[1] + dy]);
    }
    case "side":
      return shape.kind === "polygon" ? vertexInserted(shape, grip.place, [to.x, to.y]) : shape;
    case "point": {
      if (shape.kind !== "keypoints") return shape;
      const points = shape.points.map((point, i): Keypoint =>
        i === grip.at ? [point[0] + dx, point[1] + dy, point[2]] : point,
      );
      return { ...shape, points };
    }
  }
};

/** A box between two corners in any order; null where it would be thinner than a pixel. */
export const boxBetween = (a: ImagePoint, b: ImagePoint): Edges | null => {
  const [width, height] = [Math.abs(a.x - b.x), Math.abs(a.y - b.y)];
  if (width < LEAST_PX || height < LEAST_PX) return null;
  return [Math.min(a.x, b.x), Math.min(a.y, b.y), Math.max(a.x, b.x), Math.max(a.y, b.y)];
};

/** A rotated box one of whose sides goes from a to b and whose opposite side runs through c; null where it is thinner than a pixel. */
export const boxAlong = (a: ImagePoint, b: ImagePoint, c: ImagePoint): RotatedBoxShape | null => {
  const length = Math.hypot(b.x - a.x, b.y - a.y);
  if (length < LEAST_PX) return null;
  const [ux, uy] = [(b.x - a.x) / length, (b.y - a.y) / length];
  const deep = (c.x - a.x) * -uy + (c.y - a.y) * ux;
  if (Math.abs(deep) < LEAST_PX) return null;
  return {
    kind: "rotated-box",
    centre: [(a.x + b.x) / 2 - (uy * deep) / 2, (a.y + b.y) / 2 + (ux * deep) / 2],
    size: [length, Math.abs(deep)],
    degrees: wholeDegrees((Math.atan2(uy, ux) * 180) / Math.PI),
  };
};

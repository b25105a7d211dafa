/** Moving shapes and cutting them at the image; every function gives a new shape. */
import { boundsOf, isSeen } from "./measure";
import type { Edges, Keypoint, Point, PolygonPart, Ring, Shape } from "./shape";
import { isEmpty, maskOf, shifted, spansOf } from "./spans";

const movedEdges = ([left, top, right, bottom]: Edges, dx: number, dy: number): Edges => [
  left + dx,
  top + dy,
  right + dx,
  bottom + dy,
];

const movedRing = (ring: Ring, dx: number, dy: number): Ring => ring.map(([x, y]) => [x + dx, y + dy]);

const changedPart = ({ outline, holes }: PolygonPart, change: (ring: Ring) => Ring): PolygonPart =>
  holes === undefined
    ? { outline: change(outline) }
    : { outline: change(outline), holes: holes.map((hole) => change(hole)) };

/** Absent points stay where they are, at 0, 0. Masks move by whole pixels and lose what leaves the image. */
export const moved = (shape: Shape, dx: number, dy: number): Shape => {
  switch (shape.kind) {
    case "box":
      return { kind: "box", box: movedEdges(shape.box, dx, dy) };
    case "rotated-box":
      return { ...shape, centre: [shape.centre[0] + dx, shape.centre[1] + dy] };
    case "polygon":
      return {
        kind: "polygon",
        parts: shape.parts.map((part) => changedPart(part, (ring) => movedRing(ring, dx, dy))),
      };
    case "mask":
      return maskOf(shifted(spansOf(shape), Math.round(dx), Math.round(dy)));
    case "keypoints": {
      const points = shape.points.map((point): Keypoint =>
        isSeen(point) ? [point[0] + dx, point[1] + dy, point[2]] : point,
      );
      return shape.box === undefined
        ? { kind: "keypoints", points }
        : { kind: "keypoints", points, box: movedEdges(shape.box, dx, dy) };
    }
  }
};

const within = (step: number, low: number, high: number, size: number): number => {
  if (step < 0) return Math.max(step, Math.min(-low, 0));
  return Math.min(step, Math.max(size - high, 0));
};

/** The part of a step that keeps shapes inside the image; one that is outside already is not driven farther out. */
export const allowedStep = (
  shapes: readonly Shape[],
  dx: number,
  dy: number,
  width: number,
  height: number,
): Point => {
  let [x, y] = [dx, dy];
  for (const shape of shapes) {
    const [left, top, right, bottom] = boundsOf(shape);
    x = within(x, left, right, width);
    y = within(y, top, bottom, height);
  }
  return [x, y];
};

/** Keeps what lies on one side: `inside` says how far a point is within (negative: beyond) a straight line. */
const cutAt = (ring: Ring, inside: (point: Point) => number): Ring =>
  ring.flatMap((point, i): Point[] => {
    const before = ring[(i + ring.length - 1) % ring.length] ?? point;
    const [from, to] = [inside(before), inside(point)];
    const share = from / (from - to);
    const crossing: Point = [
      before[0] + share * (point[0] - before[0]),
      before[1] + share * (point[1] - before[1]),
    ];
    if (from >= 0 && to >= 0) return [point];
    if (from >= 0) return from === 0 ? [] : [crossing];
    if (to >= 0) return to === 0 ? [point] : [crossing, point];
    return [];
  });

const LEAST = 3;

/** What of a ring is in the image (Sutherland and Hodgman 1974); empty where nothing is. Its area is exact. */
export const clippedRing = (ring: Ring, width: number, height: number): Ring => {
  let left = ring;
  left = cutAt(left, ([x]) => x);
  left = cutAt(left, ([x]) => width - x);
  left = cutAt(left, ([, y]) => y);
  left = cutAt(left, ([, y]) => height - y);
  const clamped = left.map(([x, y]): Point => [
    Math.min(Math.max(x, 0), width),
    Math.min(Math.max(y, 0), height),
  ]);
  return clamped.length < LEAST ? [] : clamped;
};

const clippedEdges = ([left, top, right, bottom]: Edges, width: number, height: number): Edges | null => {
  const cut: Edges = [Math.max(left, 0), Math.max(top, 0), Math.min(right, width), Math.min(bottom, height)];
  return cut[2] > cut[0] && cut[3] > cut[1] ? cut : null;
};

/** What of a shape is in an image of a size; null where nothing is. A rotated box stays whole if its centre is inside. */
export const clipped = (shape: Shape, width: number, height: number): Shape | null => {
  switch (shape.kind) {
    case "box": {
      const box = clippedEdges(shape.box, width, height);
      return box === null ? null : { kind: "box", box };
    }
    case "rotated-box": {
      const [x, y] = shape.centre;
      return x >= 0 && x <= width && y >= 0 && y <= height ? shape : null;
    }
    case "polygon": {
      const parts = shape.parts.flatMap((part): PolygonPart[] => {
        const outline = clippedRing(part.outline, width, height);
        if (outline.length === 0) return [];
        const holes = (part.holes ?? [])
          .map((hole) => clippedRing(hole, width, height))
          .filter((hole) => hole.length > 0);
        return [holes.length === 0 ? { outline } : { outline, holes }];
      });
      return parts.length === 0 ? null : { kind: "polygon", parts };
    }
    case "mask": {
      const spans = shifted(spansOf(shape), 0, 0, width, height);
      return isEmpty(spans) ? null : maskOf(spans);
    }
    case "keypoints": {
      const points = shape.points.map((point): Keypoint =>
        point[0] < 0 || point[0] > width || point[1] < 0 || point[1] > height ? [0, 0, 0] : point,
      );
      if (!points.some(isSeen)) return null;
      const box = shape.box === undefined ? null : clippedEdges(shape.box, width, height);
      return box === null ? { kind: "keypoints", points } : { kind: "keypoints", points, box };
    }
  }
};

import fc from "fast-check";
import { describe, expect, it } from "vitest";

import { boxAlong, boxBetween, dragged, gripsOf, gripUnder, wholeDegrees, type Grip } from "./grips";
import { imagePoint } from "./imageView";
import { areaOf, boundsOf, cornersOf, covers, ringArea } from "./measure";
import { allowedStep, clipped, moved } from "./moving";
import { holeAdded, vertexCount, vertexInserted, vertexMoved, vertexRemoved } from "./rings";
import type { PolygonShape } from "./shape";
import { boxes, HEIGHT, keypoints, points, polygons, rings, rotatedBoxes, shapes, WIDTH } from "./testing";

const steps = fc.integer({ min: -30, max: 30 });
const close = (a: readonly number[], b: readonly number[], digits = 6) =>
  a.forEach((each, i) => expect(each).toBeCloseTo(b[i] ?? NaN, digits));

const triangle: PolygonShape = {
  kind: "polygon",
  parts: [
    {
      outline: [
        [0, 0],
        [10, 0],
        [0, 10],
      ],
    },
  ],
};

describe("moving", () => {
  it("moves the bounds by the step, keeps the area, and back again changes nothing", () => {
    fc.assert(
      fc.property(shapes, steps, steps, (shape, dx, dy) => {
        const there = moved(shape, dx, dy);
        const [left, top, right, bottom] = boundsOf(shape);
        close(boundsOf(there), [left + dx, top + dy, right + dx, bottom + dy]);
        expect(areaOf(there)).toBeCloseTo(areaOf(shape), 6);
        close(boundsOf(moved(there, -dx, -dy)), boundsOf(shape));
      }),
    );
  });

  it("leaves absent keypoints at 0, 0", () => {
    const shape = { kind: "keypoints" as const, points: [[5, 5, 2] as const, [0, 0, 0] as const] };
    expect(moved(shape, 3, 4)).toEqual({
      kind: "keypoints",
      points: [
        [8, 9, 2],
        [0, 0, 0],
      ],
    });
  });

  it("goes only so far that nothing leaves the image, and never drives out what is out already", () => {
    fc.assert(
      fc.property(fc.array(shapes, { minLength: 1, maxLength: 4 }), steps, steps, (all, dx, dy) => {
        const [x, y] = allowedStep(all, dx, dy, WIDTH, HEIGHT);
        expect(Math.abs(x)).toBeLessThanOrEqual(Math.abs(dx));
        for (const shape of all) {
          const [left, , right] = boundsOf(shape);
          if (left >= 0) expect(left + x).toBeGreaterThanOrEqual(-1e-9);
          if (right <= WIDTH) expect(right + x).toBeLessThanOrEqual(WIDTH + 1e-9);
        }
        expect(Math.sign(y) * Math.sign(dy)).toBeGreaterThanOrEqual(0);
      }),
    );
  });
});

describe("cutting at the image", () => {
  it("leaves what is inside as it was and nothing outside", () => {
    fc.assert(
      fc.property(fc.oneof(boxes, polygons, keypoints), steps, steps, (shape, dx, dy) => {
        const cut = clipped(moved(shape, dx, dy), WIDTH, HEIGHT);
        if (cut === null) return;
        const [left, top, right, bottom] = boundsOf(cut);
        expect(Math.min(left, top)).toBeGreaterThanOrEqual(0);
        expect(right).toBeLessThanOrEqual(WIDTH);
        expect(bottom).toBeLessThanOrEqual(HEIGHT);
        expect(areaOf(cut)).toBeLessThanOrEqual(areaOf(shape) + 1e-6);
      }),
    );
  });

  it("keeps the area of a polygon's inside exactly", () => {
    fc.assert(
      fc.property(rings, fc.integer({ min: 0, max: 40 }), (outline, shift) => {
        const shape = moved({ kind: "polygon", parts: [{ outline }] }, shift, 0);
        // Both sides of the image's right edge make up the whole.
        const inside = clipped(shape, WIDTH, 1e6);
        const beyond = clipped(moved(shape, -WIDTH, 0), 1e6, 1e6);
        const before = clipped(shape, 1e6, 1e6);
        const area = (each: typeof inside) => (each === null ? 0 : areaOf(each));
        expect(area(inside) + area(beyond)).toBeCloseTo(area(before), 5);
      }),
    );
  });

  it("gives null where nothing is left", () => {
    expect(clipped({ kind: "box", box: [-5, -5, 0, 0] }, 10, 10)).toBeNull();
    expect(clipped(moved(triangle, 50, 0), 10, 10)).toBeNull();
    expect(clipped({ kind: "keypoints", points: [[-1, 5, 2]] }, 10, 10)).toBeNull();
  });
});

describe("grips", () => {
  const grip: fc.Arbitrary<Extract<Grip, { kind: "edge" }>> = fc
    .tuple(fc.constantFrom(-1 as const, 0 as const, 1 as const), fc.constantFrom(-1 as const, 1 as const))
    .map(([x, y]) => ({ kind: "edge", x, y, turned: false }));

  it("resize a box in any direction, also over its other edge; it stays a box that follows the pointer", () => {
    fc.assert(
      fc.property(boxes, grip, points, points, (shape, edge, [ax, ay], [bx, by]) => {
        const after = dragged(shape, edge, imagePoint(ax, ay), imagePoint(bx, by));
        const [left, top, right, bottom] = boundsOf(after);
        expect(right - left).toBeGreaterThanOrEqual(1 - 1e-9);
        expect(bottom - top).toBeGreaterThanOrEqual(1 - 1e-9);
        const fixed = edge.y === 1 ? shape.box[1] : shape.box[3];
        const pulled = (edge.y === 1 ? shape.box[3] : shape.box[1]) + by - ay;
        if (Math.abs(fixed - pulled) < 1) return;
        close([top, bottom], [Math.min(fixed, pulled), Math.max(fixed, pulled)]);
        if (edge.x === 0) close([left, right], [shape.box[0], shape.box[2]]);
      }),
    );
  });

  it("leave the opposite corner of a rotated box where it is", () => {
    fc.assert(
      fc.property(rotatedBoxes, points, (shape, [x, y]) => {
        const [opposite, , corner] = cornersOf(shape);
        const edge: Grip = { kind: "edge", x: 1, y: 1, turned: true };
        const after = dragged(shape, edge, imagePoint(...corner), imagePoint(x, y));
        if (after.kind !== "rotated-box" || Math.min(...after.size) <= 1.001) return;
        const least = Math.min(
          ...cornersOf(after).map(([cx, cy]) => Math.hypot(cx - opposite[0], cy - opposite[1])),
        );
        expect(least).toBeCloseTo(0, 6);
        expect(Math.min(...cornersOf(after).map(([cx, cy]) => Math.hypot(cx - x, cy - y)))).toBeCloseTo(0, 6);
      }),
    );
  });

  it("turn a rotated box so that its knob points at the pointer", () => {
    const shape = {
      kind: "rotated-box" as const,
      centre: [10, 10] as const,
      size: [4, 2] as const,
      degrees: 0,
    };
    const turned = (x: number, y: number, whole = false) => {
      const after = dragged(shape, { kind: "turn" }, imagePoint(10, 5), imagePoint(x, y), whole);
      return after.kind === "rotated-box" ? after.degrees : NaN;
    };
    expect(turned(10, 0)).toBeCloseTo(0);
    expect(turned(20, 10)).toBeCloseTo(90);
    expect(turned(10, 20)).toBeCloseTo(180);
    expect(turned(0, 10)).toBeCloseTo(270);
    expect(turned(20, 10.5, true)).toBe(90);
    expect(wholeDegrees(-1e-20)).toBe(0);
  });

  it("are found at every vertex and handle, before the body", () => {
    fc.assert(
      fc.property(shapes, (shape) => {
        for (const { point } of gripsOf(shape, 3)) {
          const found = gripUnder(shape, imagePoint(...point), 0.5, 3);
          expect(found).not.toBeNull();
          expect(found?.kind).not.toBe("side");
        }
      }),
    );
  });

  it("drag one vertex of a polygon and no other", () => {
    const after = dragged(
      triangle,
      { kind: "vertex", place: { part: 0, ring: 0, at: 1 } },
      imagePoint(10.4, 0.2),
      imagePoint(12.4, 3.2),
    );
    expect(after).toEqual({
      kind: "polygon",
      parts: [
        {
          outline: [
            [0, 0],
            [12, 3],
            [0, 10],
          ],
        },
      ],
    });
  });

  it("make a new vertex out of a side", () => {
    const grip = gripUnder(triangle, imagePoint(5, 0.1), 0.5, 3);
    expect(grip?.kind).toBe("side");
    if (grip === null) return;
    const after = dragged(triangle, grip, imagePoint(5, 0), imagePoint(5, -2));
    expect(after.kind === "polygon" && after.parts[0]?.outline).toEqual([
      [0, 0],
      [5, -2],
      [10, 0],
      [0, 10],
    ]);
  });
});

describe("new boxes", () => {
  it("lie between two corners in any order", () => {
    expect(boxBetween(imagePoint(9, 2), imagePoint(3, 8))).toEqual([3, 2, 9, 8]);
    expect(boxBetween(imagePoint(9, 2), imagePoint(9.5, 8))).toBeNull();
  });

  it("lie along a side, on the side of the third point", () => {
    fc.assert(
      fc.property(points, points, points, (a, b, c) => {
        const shape = boxAlong(imagePoint(...a), imagePoint(...b), imagePoint(...c));
        if (shape === null) return;
        for (const end of [a, b]) {
          const least = Math.min(...cornersOf(shape).map(([x, y]) => Math.hypot(x - end[0], y - end[1])));
          expect(least).toBeCloseTo(0, 6);
        }
        const middle = moved(shape, (c[0] - shape.centre[0]) * 1e-3, (c[1] - shape.centre[1]) * 1e-3);
        expect(covers(middle, shape.centre[0], shape.centre[1])).toBe(true);
      }),
    );
  });
});

describe("vertices", () => {
  const place = { part: 0, ring: 0, at: 1 };

  it("are moved, inserted and removed; the old shape stays", () => {
    fc.assert(
      fc.property(polygons, points, (shape, point) => {
        const before = structuredClone(shape);
        const more = vertexInserted(shape, place, point);
        expect(vertexCount(more)).toBe(vertexCount(shape) + 1);
        expect(vertexRemoved(more, place)).toEqual(shape);
        expect(vertexCount(vertexMoved(shape, place, point))).toBe(vertexCount(shape));
        expect(shape).toEqual(before);
      }),
    );
  });

  it("go with their hole or part where only three are left", () => {
    const hole = [
      [1, 1],
      [3, 1],
      [1, 3],
    ] as const;
    const holed = holeAdded(triangle, hole, 0);
    expect(areaOf(holed)).toBe(50 - ringArea(hole));
    expect(covers(holed, 1.5, 1.5)).toBe(false);
    expect(vertexRemoved(holed, { part: 0, ring: 1, at: 0 })).toEqual(triangle);
    expect(vertexRemoved(triangle, place)).toBeNull();
  });
});

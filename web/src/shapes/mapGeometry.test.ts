import fc from "fast-check";
import { describe, expect, test } from "vitest";

import { brushed } from "./brush";
import { onMap, onScreen } from "./mapUnits";
import { PointGrid } from "./pointGrid";
import { forEachInside, simplified, type Polygon } from "./polygon";
import { boundsOf, boundsOfPoints, fitTo, panBy, toMap, toScreen, zoomAt } from "./mapViewport";

const inside = (polygon: Polygon, xy: Float32Array): number[] => {
  const found: number[] = [];
  forEachInside(polygon, xy, (i) => found.push(i));
  return found;
};

const coordinate = fc.double({ min: -2, max: 2, noNaN: true });
const corner = fc.tuple(coordinate, coordinate).map(([x, y]) => onMap(x, y));
const cloud = fc
  .array(coordinate, { maxLength: 80 })
  .map((xs) => Float32Array.from(xs.slice(0, xs.length & ~1)));
const view = fitTo([-1, -1, 1, 1], 800, 600);

describe("viewport", () => {
  test("a place comes back from the screen as itself", () => {
    fc.assert(
      fc.property(corner, (at) => {
        const back = toMap(view, toScreen(view, at));
        expect(back.x).toBeCloseTo(at.x, 9);
        expect(back.y).toBeCloseTo(at.y, 9);
      }),
    );
  });

  test("what is below the pointer stays there while zooming", () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 0, max: 800 }),
        fc.double({ min: 0.2, max: 5, noNaN: true }),
        (x, factor) => {
          const at = onScreen(x, 137);
          const after = toScreen(zoomAt(view, at, factor), toMap(view, at));
          expect(after.x).toBeCloseTo(at.x, 6);
          expect(after.y).toBeCloseTo(at.y, 6);
        },
      ),
    );
  });

  test("panning to the right shows what lies further left, and y grows upwards", () => {
    expect(panBy(view, 10, 0).centre.x).toBeLessThan(view.centre.x);
    expect(toMap(view, onScreen(400, 0)).y).toBeGreaterThan(0);
  });

  test("fitting shows every point", () => {
    fc.assert(
      fc.property(cloud, (xy) => {
        const [left, bottom, right, top] = boundsOfPoints(xy);
        const shown = boundsOf(fitTo([left, bottom, right, top], 640, 480));
        expect(shown[0]).toBeLessThanOrEqual(left);
        expect(shown[1]).toBeLessThanOrEqual(bottom);
        expect(shown[2]).toBeGreaterThanOrEqual(right);
        expect(shown[3]).toBeGreaterThanOrEqual(top);
      }),
    );
  });
});

test("nothing that is fitted lies below what covers the left edge", () => {
  const bounds = [-1, -0.2, 1, 0.2] as const;
  const left = toScreen(fitTo(bounds, 900, 600, 260), onMap(-1, 0)).x;
  expect(left).toBeGreaterThan(260);
});

describe("polygon", () => {
  const square = [onMap(0, 0), onMap(1, 0), onMap(1, 1), onMap(0, 1)];

  test("left and lower edges are inside, right and upper ones outside", () => {
    const xy = Float32Array.from([0, 0.5, 0.5, 0, 1, 0.5, 0.5, 1, 0.5, 0.5, -0.1, 0.5]);
    expect(inside(square, xy)).toEqual([0, 1, 4]);
  });

  test("a lasso that crosses itself leaves the doubly enclosed part out", () => {
    const twice = [...square, onMap(0, 0), onMap(0.5, 0), onMap(0.5, 0.5), onMap(0, 0.5)];
    expect(inside(twice, Float32Array.from([0.25, 0.25, 0.75, 0.75]))).toEqual([1]);
  });

  test("slabs find what the plain rule finds", () => {
    const plain = (polygon: Polygon, xy: Float32Array): number[] =>
      Array.from({ length: xy.length / 2 }, (_, i) => i).filter((i) => {
        const [x = 0, y = 0] = xy.subarray(2 * i);
        const crossed = polygon.filter((a, e) => {
          const b = polygon[(e + 1) % polygon.length] ?? a;
          return a.y > y !== b.y > y && x < a.x + ((y - a.y) * (b.x - a.x)) / (b.y - a.y);
        });
        return crossed.length % 2 === 1;
      });
    fc.assert(
      fc.property(fc.array(corner, { minLength: 3, maxLength: 12 }), cloud, (polygon, xy) => {
        expect(inside(polygon, xy)).toEqual(plain(polygon, xy));
      }),
    );
  });

  test("a simplified stroke keeps its ends and leaves no corner further away than allowed", () => {
    const arc = Array.from({ length: 200 }, (_, i) => onMap(Math.cos(i / 60), Math.sin(i / 60)));
    const short = simplified(arc, 0.01);
    expect(short.length).toBeLessThan(30);
    expect([short[0], short.at(-1)]).toEqual([arc[0], arc.at(-1)]);
  });
});

describe("brush", () => {
  test("paints what is within its radius of the stroke and nothing else", () => {
    const stroke = [onMap(0, 0), onMap(1, 0), onMap(1, 1)];
    const xy = Float32Array.from([0.5, 0.09, 0.5, 0.11, 1.05, 0.5, -0.05, 0, -0.2, 0, 1, 1.09]);
    const painted = new Set(brushed(stroke, 0.1).flatMap((polygon) => inside(polygon, xy)));
    expect([...painted].sort()).toEqual([0, 2, 3, 5]);
  });

  test("a single dab is a round spot", () => {
    const [spot = []] = brushed([onMap(0, 0)], 0.1);
    expect(inside(spot, Float32Array.from([0.05, 0.05, 0.09, 0.09]))).toEqual([0]);
  });
});

describe("point grid", () => {
  const box = fc.tuple(coordinate, coordinate, coordinate, coordinate);

  test("finds exactly the points inside a box", () => {
    fc.assert(
      fc.property(cloud, box, (xy, [a, b, c, d]) => {
        const [left, right, bottom, top] = [Math.min(a, b), Math.max(a, b), Math.min(c, d), Math.max(c, d)];
        const expected = Array.from({ length: xy.length / 2 }, (_, i) => i).filter((i) => {
          const [x = 0, y = 0] = xy.subarray(2 * i);
          return x >= left && x <= right && y >= bottom && y <= top;
        });
        const found = new PointGrid(xy).within([left, bottom, right, top]);
        expect(found.sort((p, q) => p - q)).toEqual(expected);
      }),
    );
  });

  test("the nearest point is the nearest, and nothing beyond the radius", () => {
    const grid = new PointGrid(Float32Array.from([0, 0, 1, 0, 1.2, 0]));
    expect(grid.nearest(onMap(0.9, 0), 0.5)).toBe(1);
    expect(grid.nearest(onMap(0.5, 0.9), 0.2)).toBeNull();
  });
});

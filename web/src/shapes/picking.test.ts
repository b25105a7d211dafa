import fc from "fast-check";
import { describe, expect, it } from "vitest";

import { BoxGrid, meet } from "./boxGrid";
import { areaOf, awayFromOutline, boundsOf, covers } from "./measure";
import { under } from "./picking";
import type { Edges } from "./shape";
import { HEIGHT, masks, WIDTH } from "./testing";

const steps = fc.integer({ min: -30, max: 30 });

describe("picking", () => {
  const item = (name: string, box: Edges, z = 0) => ({ name, z, shape: { kind: "box" as const, box } });

  it("prefers the small one inside, whatever lies on top", () => {
    const all = [item("small", [4, 4, 6, 6]), item("large", [0, 0, 10, 10], 5)];
    expect(under(all, 5, 5, 1).map(({ name }) => name)).toEqual(["small", "large"]);
    expect(under(all, 1, 1, 0.5).map(({ name }) => name)).toEqual(["large"]);
    expect(under(all, 20, 20, 1)).toEqual([]);
  });

  it("prefers the upper of two that are equally large", () => {
    const all = [item("upper", [0, 0, 4, 4], 1), item("lower", [1, 1, 5, 5])];
    expect(under(all, 2, 2, 1)[0]?.name).toBe("upper");
  });

  it("takes a thin line a little beside it", () => {
    const flat = {
      z: 0,
      shape: {
        kind: "polygon" as const,
        parts: [
          {
            outline: [
              [0, 0],
              [10, 0],
              [5, 0.01],
            ] as const,
          },
        ],
      },
    };
    expect(under([flat], 5, 2, 3)).toHaveLength(1);
    expect(awayFromOutline(flat.shape, 5, -2)).toBeCloseTo(2);
  });

  it("covers the very pixels of a mask", () => {
    fc.assert(
      fc.property(masks, (mask) => {
        const [left, top, right, bottom] = boundsOf(mask);
        let count = 0;
        for (let x = left; x < right; x++)
          for (let y = top; y < bottom; y++) if (covers(mask, x + 0.5, y + 0.5)) count++;
        expect(count).toBe(areaOf(mask));
      }),
    );
  });
});

describe("the grid", () => {
  it("finds just the shapes whose bounds meet a part, in order, in and around the image", () => {
    const edges: fc.Arbitrary<Edges> = fc
      .tuple(steps, steps, fc.integer({ min: 0, max: 90 }), fc.integer({ min: 0, max: 70 }))
      .map(([x, y, w, h]) => [x, y, x + w, y + h]);
    fc.assert(
      fc.property(fc.array(edges), edges, (bounds, part) => {
        const wanted = bounds.flatMap((each, i) => (meet(each, part) ? [i] : []));
        const grid = new BoxGrid(bounds, WIDTH, HEIGHT);
        expect(grid.within(part)).toEqual(wanted);
        expect(grid.within(part)).toEqual(wanted);
      }),
    );
  });
});

import { expect, it } from "vitest";

import { shapePath } from "./shapePath";

it("draws boxes along their edges and rotated ones about their centre", () => {
  expect(shapePath({ kind: "box", box: [1, 2, 11, 22] }, 100)).toBe("M1 2H11V22H1Z");
  const turned = shapePath({ kind: "rotated-box", centre: [10, 10], size: [8, 4], degrees: 90 }, 100);
  const corners = turned.match(/-?[\d.e-]+/g)?.map((text) => Math.round(Number(text)));
  expect(corners).toEqual([12, 6, 12, 14, 8, 14, 8, 6]);
});

it("cuts runs of a mask at the end of each column", () => {
  // 3 wide, 4 high: outside 2, inside 5 (two of the first column, three of the second), outside 5.
  expect(shapePath({ kind: "mask", size: [3, 4], counts: "255" }, 4)).toBe("M0 2h1v2h-1ZM1 0h1v3h-1Z");
});

it("leaves holes to the even-odd rule and absent points out", () => {
  const outline = [[0, 0], [9, 0], [9, 9]] as const; // prettier-ignore
  const holes = [[[2, 1], [8, 1], [8, 7]]] as const; // prettier-ignore
  const polygon = shapePath({ kind: "polygon", parts: [{ outline, holes }] }, 100);
  expect(polygon).toBe("M0 0L9 0L9 9ZM2 1L8 1L8 7Z");
  const points = [[5, 5, 2], [0, 0, 0]] as const; // prettier-ignore
  expect(shapePath({ kind: "keypoints", points }, 100).match(/M/g)).toHaveLength(1);
});

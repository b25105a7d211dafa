import { describe, expect, test } from "vitest";

import { onMap } from "@/shapes/mapUnits";

import { layoutOf, movesBetween, rowsOfPoints, startPlaces } from "./layout";
import { byIsland, byLasso, byRectangle, combined } from "./regions";

const ids = Uint32Array.from([3, 5, 8, 9]);
const places = Float32Array.from([0, 0, 1, 0, 0, 1, 1, 1]);
const round = layoutOf(2, ids, places, Int32Array.from([0, 0, 1, -1]));
const left = [onMap(-0.5, -0.5), onMap(0.5, -0.5), onMap(0.5, 1.5), onMap(-0.5, 1.5)];

describe("what a hand marks", () => {
  test("a lasso tells its corners and its round, and knows its images", () => {
    const chosen = byLasso(round, left, 300);
    expect([...chosen.imageIds]).toEqual([3, 8]);
    expect(chosen.selector).toEqual({ lasso: left.map(({ x, y }) => [x, y]), round: 2 });
  });

  test("on a preview, which the server does not keep, the images themselves are told", () => {
    const preview = layoutOf(null, ids, places, new Int32Array(4).fill(-1));
    expect(byLasso(preview, left, 300).selector).toEqual({ images: [3, 8] });
  });

  test("a rectangle may be drawn from any corner to any other", () => {
    const chosen = byRectangle(round, onMap(1.2, 0.2), onMap(-0.2, -0.2));
    expect([...chosen.imageIds]).toEqual([3, 5]);
    expect(chosen.selector).toEqual({ rectangle: [-0.2, -0.2, 1.2, 0.2], round: 2 });
  });

  test("adding and taking away change the images and what the server is told alike", () => {
    const [lasso, island] = [byLasso(round, left, 300), byIsland(round, 0, "cat")];
    const both = combined(lasso, island, "add");
    expect([...both.imageIds].sort()).toEqual([3, 5, 8]);
    const less = combined(both, island, "subtract");
    expect([...less.imageIds]).toEqual([8]);
    expect(less.selector).toEqual({
      add: [lasso.selector, island.selector],
      subtract: [island.selector],
    });
  });

  test("adding after taking away does not bring back what was taken", () => {
    const [lasso, island] = [byLasso(round, left, 300), byIsland(round, 0, "cat")];
    const less = combined(lasso, island, "subtract");
    expect(combined(less, byIsland(round, 1, "dog"), "add").selector).toEqual({
      add: [
        { add: [lasso.selector], subtract: [island.selector] },
        { island: 1, round: 2 },
      ],
    });
  });

  test("taking away keeps what was thrown out thrown out", () => {
    const lasso = byLasso(round, left, 300);
    const thrown = {
      ...lasso,
      selector: { ...lasso.selector, leave_out: [3] },
      imageIds: Uint32Array.from([8]),
    };
    expect(combined(thrown, byIsland(round, 0, "cat"), "subtract").selector).toEqual({
      add: [thrown.selector],
      subtract: [{ island: 0, round: 2 }],
    });
  });

  test("taking away from nothing is nothing", () => {
    expect(combined(null, byIsland(round, 0, "cat"), "subtract").imageIds.length).toBe(0);
  });
});

describe("rounds", () => {
  const later = layoutOf(
    3,
    Uint32Array.from([5, 8, 10]),
    Float32Array.from([1, 3, 0, 1, 7, 7]),
    new Int32Array(3),
  );

  test("images begin where they were, and new ones where they end", () => {
    expect([...startPlaces(round, later)]).toEqual([1, 0, 0, 1, 7, 7]);
  });

  test("the farthest moves come first, of images on both rounds only", () => {
    expect(movesBetween(round, later, 1)).toEqual({
      images: 2,
      median: 0,
      farthest: [{ imageId: 5, distance: 3 }],
    });
  });

  test("a point whose image the project does not list yet has no row", () => {
    expect([...rowsOfPoints(round, Uint32Array.from([1, 3, 9]))]).toEqual([1, -1, -1, 2]);
  });
});

import fc from "fast-check";
import { describe, expect, it } from "vitest";

import {
  bandBetween,
  layOut,
  positionAt,
  positionsBetween,
  rectOf,
  spansInBand,
  stepFrom,
  topToShow,
} from "./gridLayout";

const grids = fc
  .record({
    count: fc.integer({ min: 1, max: 1_000_000 }),
    width: fc.integer({ min: 40, max: 3000 }),
    wanted: fc.integer({ min: 48, max: 320 }),
  })
  .map(({ count, width, wanted }) => layOut(count, width, wanted));

describe("the grid", () => {
  it("fills the width with cells of about the wanted size", () => {
    const grid = layOut(1000, 1032, 160);
    expect(grid.columns).toBe(6);
    expect(grid.cell).toBe(160);
    expect(grid.height).toBe(32 + 167 * 168 - 8);
  });

  it("keeps every cell inside the width", () => {
    fc.assert(
      fc.property(grids, fc.nat(), (grid, any) => {
        const rect = rectOf(grid, any % grid.count);
        expect(rect.bottom).toBeLessThanOrEqual(grid.height);
        expect(positionAt(grid, rect.left, rect.top)).toBe(any % grid.count);
        expect(positionAt(grid, rect.right - 1, rect.bottom - 1)).toBe(any % grid.count);
      }),
    );
  });

  it("has no cell in the gaps, beside it and after the last one", () => {
    const grid = layOut(7, 1032, 160);
    expect(positionAt(grid, 16 + 161, 20)).toBeNull();
    expect(positionAt(grid, 3, 20)).toBeNull();
    expect(positionAt(grid, 16 + 168 + 5, 16 + 168 + 5)).toBeNull();
    expect(positionAt(grid, 16 + 5, 16 + 168 + 5)).toBe(6);
  });

  it("shows exactly the rows that the view touches", () => {
    const grid = layOut(1_000_000, 1032, 160);
    expect(positionsBetween(grid, 0, 700)).toEqual({ from: 0, to: 30 });
    expect(positionsBetween(grid, 16 + 160, 16 + 168)).toEqual({ from: 6, to: 6 });
    expect(positionsBetween(grid, grid.height - 100, grid.height).to).toBe(1_000_000);
  });

  it("a rubber band holds exactly the cells that it touches", () => {
    const point = fc.record({
      x: fc.integer({ min: -50, max: 1100 }),
      y: fc.integer({ min: -50, max: 2000 }),
    });
    const grid = layOut(57, 1032, 160);
    fc.assert(
      fc.property(point, point, (a, b) => {
        const band = bandBetween(a.x, a.y, b.x, b.y);
        const held = spansInBand(grid, band).flatMap(({ from, to }) =>
          Array.from({ length: to - from }, (_, i) => from + i),
        );
        const touched = Array.from({ length: 57 }, (_, i) => i).filter((position) => {
          const cell = rectOf(grid, position);
          return (
            cell.left < band.right &&
            cell.right > band.left &&
            cell.top < band.bottom &&
            cell.bottom > band.top
          );
        });
        if (band.right > band.left && band.bottom > band.top) expect(held).toEqual(touched);
      }),
    );
  });

  it("a band over a million cells is one span per row", () => {
    const grid = layOut(1_000_000, 1032, 160);
    const spans = spansInBand(grid, { left: 0, top: 0, right: 2000, bottom: grid.height });
    expect(spans).toHaveLength(grid.rows);
    expect(spans.reduce((sum, { from, to }) => sum + to - from, 0)).toBe(1_000_000);
  });
});

describe("keys in the grid", () => {
  const grid = layOut(20, 1032, 160);

  it("lead to the neighbours and never out of the grid", () => {
    expect(stepFrom(grid, 7, "up", 500)).toBe(1);
    expect(stepFrom(grid, 1, "up", 500)).toBe(1);
    expect(stepFrom(grid, 7, "down", 500)).toBe(13);
    expect(stepFrom(grid, 19, "right", 500)).toBe(19);
    expect(stepFrom(grid, 15, "down", 500)).toBe(19);
    expect(stepFrom(grid, 3, "page-down", 340)).toBe(15);
    expect(stepFrom(grid, 3, "end", 340)).toBe(19);
  });

  it("scroll only as far as the cell needs", () => {
    expect(topToShow(grid, 0, 0, 400)).toBe(0);
    expect(topToShow(grid, 6, 0, 400)).toBe(0);
    expect(topToShow(grid, 12, 0, 400)).toBe(16 + 2 * 168 + 160 + 16 - 400);
    expect(topToShow(grid, 0, 300, 400)).toBe(0);
  });
});

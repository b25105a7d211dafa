import fc from "fast-check";
import { expect, test } from "vitest";

import { doublingScale, roundScale, roundTicks } from "./scale";

test.each([
  [0.83, 0.99, 5, [0.8, 0.85, 0.9, 0.95, 1]],
  [0, 200, 5, [0, 50, 100, 150, 200]],
  [20, 65, 4, [20, 40, 60, 80]],
])("the axis from %d to %d has round numbers", (low, high, count, ticks) => {
  expect(roundTicks(low, high, count)).toEqual(ticks);
});

const ranges = fc
  .tuple(fc.double({ min: -1e6, max: 1e6, noNaN: true }), fc.double({ min: 1e-3, max: 1e6, noNaN: true }))
  .map(([low, span]) => [low, low + span] as const);

test("an axis covers its values, ascends, and is never crowded", () => {
  fc.assert(
    fc.property(ranges, fc.integer({ min: 2, max: 8 }), ([low, high], count) => {
      const ticks = roundTicks(low, high, count);
      const slack = (high - low) * 1e-6;
      expect(ticks[0]).toBeLessThanOrEqual(low + slack);
      expect(ticks.at(-1)).toBeGreaterThanOrEqual(high - slack);
      expect(ticks.toSorted((a, b) => a - b)).toEqual(ticks);
      expect(ticks.length).toBeLessThanOrEqual(count + 2);
    }),
  );
});

test("values keep their order and their distances on a scale that runs upwards", () => {
  const scale = roundScale(0.8, 1, 160, 0);
  expect([scale.at(0.8), scale.at(0.9), scale.at(1)].map(Math.round)).toEqual([160, 80, 0]);
});

test("a single value has an axis too", () => {
  expect(roundScale(0.5, 0.5, 0, 100).ticks.length).toBeGreaterThan(0);
});

test("on a doubling scale every doubling is as wide as the one before", () => {
  const { at, ticks } = doublingScale(5, 80, 0, 400);
  expect([5, 10, 20, 40, 80].map((value) => Math.round(at(value)))).toEqual([0, 100, 200, 300, 400]);
  expect(ticks).toEqual([5, 10, 20, 50]);
});

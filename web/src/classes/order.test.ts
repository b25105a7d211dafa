import fc from "fast-check";
import { expect, test } from "vitest";

import { moved, placeAt } from "./order";

test("an item moves up and down to the place that is asked for", () => {
  expect(moved(["a", "b", "c", "d"], 0, 2)).toEqual(["b", "c", "a", "d"]);
  expect(moved(["a", "b", "c", "d"], 3, 1)).toEqual(["a", "d", "b", "c"]);
});

test("moving an item there and back gives the order of before", () => {
  const lists = fc.uniqueArray(fc.integer(), { minLength: 1, maxLength: 20 });
  fc.assert(
    fc.property(lists, fc.nat(), fc.nat(), (items, one, other) => {
      const [from, to] = [one % items.length, other % items.length];
      expect(moved(moved(items, from, to), to, from)).toEqual(items);
    }),
  );
});

test("a place is always one of the list", () => {
  expect([placeAt(-30, 44, 3), placeAt(60, 44, 3), placeAt(900, 44, 3)]).toEqual([0, 1, 2]);
});

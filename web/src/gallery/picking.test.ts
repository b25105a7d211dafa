import fc from "fast-check";
import { describe, expect, it } from "vitest";

import { banded, countPicked, only, pickedIds, Positions, ranged, toggled } from "./picking";

const order = Uint32Array.of(40, 7, 12, 3, 99, 8);
const none = new Uint8Array(6);

describe("picking in a grid", () => {
  it("a range holds every image between the anchor and the click, in either direction", () => {
    expect([...pickedIds(ranged(1, 3, none), order)]).toEqual([7, 12, 3]);
    expect([...pickedIds(ranged(3, 1, none), order)]).toEqual([7, 12, 3]);
  });

  it("a range with Ctrl keeps what was picked before", () => {
    expect([...pickedIds(ranged(3, 4, only(6, 0)), order)]).toEqual([40, 3, 99]);
  });

  it("a second toggle takes back the first and leaves the mask before untouched", () => {
    fc.assert(
      fc.property(fc.uint8Array({ min: 0, max: 1, minLength: 6, maxLength: 6 }), fc.nat(5), (mask, at) => {
        const before = mask.slice();
        expect(toggled(toggled(mask, at), at)).toEqual(before);
        expect(mask).toEqual(before);
      }),
    );
  });

  it("a rubber band replaces, adds or takes away", () => {
    const spans = [{ from: 1, to: 3 }];
    expect([...pickedIds(banded(only(6, 0), spans, "replace"), order)]).toEqual([7, 12]);
    expect([...pickedIds(banded(only(6, 0), spans, "add"), order)]).toEqual([40, 7, 12]);
    expect([...pickedIds(banded(only(6, 1), spans, "subtract"), order)]).toEqual([]);
  });

  it("finds a selection made elsewhere again, without the images that are not shown", () => {
    const positions = new Positions(order);
    expect(positions.of(12)).toBe(2);
    expect(positions.of(1000)).toBe(-1);
    expect(positions.of(5)).toBe(-1);
    expect([...pickedIds(positions.maskOf([99, 1234, 7]), order)]).toEqual([7, 99]);
  });

  it("handles a million images at once", () => {
    const many = Uint32Array.from({ length: 1_000_000 }, (_, at) => at + 1);
    const all = ranged(0, 999_999, new Uint8Array(1_000_000));
    expect(countPicked(all)).toBe(1_000_000);
    expect(pickedIds(all, many)).toHaveLength(1_000_000);
    expect(new Positions(many).of(1_000_000)).toBe(999_999);
  });
});

import fc from "fast-check";
import { expect, it } from "vitest";

import { STATES } from "@/store/filters";

import { changedFilter, readView, SORTS, writeView } from "./search";

it("reads back every view that it has written", () => {
  const views = fc.record({
    filter: fc.record(
      {
        state: fc.constantFrom(...STATES),
        class_id: fc.nat(),
        min_confidence: fc.double({ min: 0, max: 1, noNaN: true }),
        path_contains: fc.string({ minLength: 1 }),
        folder: fc.string(),
        suspicious: fc.constant(true),
      },
      { requiredKeys: [] },
    ),
    sort: fc.constantFrom(...SORTS.filter((each) => each !== "similar")),
    to: fc.constant(null),
    size: fc.integer({ min: 64, max: 320 }),
  });
  fc.assert(
    fc.property(views, (view) => {
      expect(readView({ ...writeView(view) })).toEqual(view);
    }),
  );
});

it("shows the usual where an address makes no sense", () => {
  const usual = { filter: {}, sort: "id", to: null, size: 160 };
  expect(readView({ sort: "similar", size: "huge", state: "eaten", min_confidence: 7 })).toEqual(usual);
  expect(readView({ sort: "similar", to: "12" })).toMatchObject({ sort: "similar", to: 12 });
});

it("leaves what is as usual out of the address", () => {
  expect(writeView(readView({}))).toEqual({});
});

it("takes a condition away by setting it to nothing", () => {
  expect(changedFilter({ state: "new", path_contains: "a" }, { path_contains: "", class_id: 0 })).toEqual({
    state: "new",
    class_id: 0,
  });
});

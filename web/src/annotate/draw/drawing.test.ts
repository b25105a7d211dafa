import { expect, test } from "vitest";

import { newKey, NO_EDIT, offeredKey, type Drawn, type Offered } from "@/shapes/edit";
import { PLAIN } from "@/shapes/shape";

import {
  acceptAll,
  agreed,
  attributeOf,
  rejectAll,
  shownProposals,
  skeletonsOf,
  stillThere,
  toggled,
  withTraits,
} from "./drawing";

const shape = { kind: "box", box: [0, 0, 10, 10] } as const;
const drawn = (key: string, occluded = false): Drawn => ({
  key,
  classId: 1,
  shape,
  traits: { ...PLAIN, occluded },
  acceptedFrom: null,
});
const offered = (id: number, confidence: number): Offered => ({
  id,
  classId: 1,
  modelId: 1,
  confidence,
  shape,
});
const three = [offered(1, 0.9), offered(2, 0.5), offered(3, 0.1)];

test("Enter accepts what the slider shows, rejects nothing and finishes the image", () => {
  const shown = shownProposals(three, 0.5);
  expect(acceptAll(shown)).toEqual({ ...NO_EDIT, accepted: [1, 2], finished: true });
  expect(rejectAll(shown)).toEqual({ ...NO_EDIT, rejected: [1, 2] });
});

test("a flag is changed for the selected only, and told as mixed where they differ", () => {
  const all = [drawn("1"), drawn("2", true), drawn("3")];
  const edit = withTraits(all, new Set(["1", "2"]), (traits) => ({ ...traits, crowd: true }));
  expect(edit.changed.map(({ key, traits }) => [key, traits.crowd, traits.occluded])).toEqual([
    ["1", true, false],
    ["2", true, true],
  ]);
  expect(agreed(all, "occluded")).toBeNull();
  expect(agreed(all.slice(1, 2), "occluded")).toBe(true);
});

test.each([
  ["true", true],
  [" 12.5 ", 12.5],
  ["", ""],
  ["red", "red"],
  ["0", 0],
])("the attribute %j is kept as %j", (typed, kept) => {
  expect(attributeOf(typed)).toBe(kept);
});

test("what is gone is no longer selected", () => {
  const key = newKey();
  const selected = new Set([key, "9", offeredKey(1), offeredKey(3)]);
  const kept = stillThere(selected, [drawn(key)], shownProposals(three, 0.5));
  expect([...kept]).toEqual([key, offeredKey(1)]);
  expect(stillThere(kept, [drawn(key)], three)).toBe(kept);
});

test("hiding turns round only where all are hidden", () => {
  expect([...toggled(new Set(["1"]), ["1", "2"])]).toEqual(["1", "2"]);
  expect([...toggled(new Set(["1", "2"]), ["1", "2"])]).toEqual([]);
});

test("classes without keypoints have no skeleton", () => {
  const bee = { id: 4, name: "bee", colour: "#123456", key: null, position: 0, label_count: 0 };
  const skeletons = skeletonsOf([
    { ...bee, skeleton: { names: ["head", "tail"], limbs: [[0, 1]] } },
    { ...bee, id: 5, skeleton: null },
  ]);
  expect([...skeletons]).toEqual([[4, { names: ["head", "tail"], limbs: [[0, 1]] }]]);
});

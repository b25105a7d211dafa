import { expect, test } from "vitest";

import { conflictFacts } from "./conflictFacts";

const KNOWN = [
  { id: 1, name: "cat" },
  { id: 2, name: "dog" },
];

test("the labels that are there now are told by name, with the picture", () => {
  const detail = { image_id: 7, current: { class_ids: [2], state: "labelled", content_hash: "ab" } };
  expect(conflictFacts(detail, KNOWN)).toEqual({ there: "dog", hash: "ab" });
});

test("an image without a label is told by its state", () => {
  expect(conflictFacts({ current: { class_ids: [], state: "skipped" } }, KNOWN).there).toBe("skipped");
});

test("where shapes are drawn they are counted by class", () => {
  const instances = [{ class_id: 2 }, { class_id: 1 }, { class_id: 2 }];
  expect(conflictFacts({ current: { instances, state: "labelled" } }, KNOWN).there).toBe(
    "1 cat, 2 dog, finished",
  );
  expect(conflictFacts({ current: { instances: [], state: "new" } }, KNOWN).there).toBe("nothing is drawn");
});

test("what cannot be read is told as unknown, not as nothing", () => {
  expect(conflictFacts(null, KNOWN)).toEqual({ there: "something else than you saw", hash: null });
});

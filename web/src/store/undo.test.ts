import fc from "fast-check";
import { expect, test } from "vitest";

import { afterGesture, NOTHING_DONE, withoutGesture, type UndoStacks } from "./undo";
import { gestureOn } from "./testing";

const change = () => gestureOn([10], { kind: "skip", selector: { images: [10] } });
const revertOf = (key: string) => gestureOn([10], { kind: "revert", of_key: key });

const words = (stacks: UndoStacks) => ({
  done: stacks.done.map((entry) => entry.words),
  undone: stacks.undone.map((entry) => entry.words),
});

const undo = (stacks: UndoStacks): UndoStacks => {
  const last = stacks.done.at(-1);
  return last === undefined ? stacks : afterGesture(stacks, revertOf(last.key));
};

const redo = (stacks: UndoStacks): UndoStacks => {
  const last = stacks.undone.at(-1);
  return last === undefined ? stacks : afterGesture(stacks, revertOf(last.key));
};

test("undo and redo walk back and forth over the same gestures, under their own words", () => {
  const [first, second] = [change(), change()];
  const both = [first, second].reduce(afterGesture, NOTHING_DONE);
  const back = undo(undo(both));
  expect(words(back)).toEqual({ done: [], undone: [second.words, first.words] });
  expect(words(redo(back))).toEqual({ done: [first.words], undone: [second.words] });
  expect(words(redo(redo(back)))).toEqual(words(both));
});

test("a redo is taken back by its own key, not by the first one's", () => {
  const made = change();
  const again = redo(undo(afterGesture(NOTHING_DONE, made)));
  expect(again.done.at(-1)?.key).not.toBe(made.key);
  expect(words(undo(again))).toEqual({ done: [], undone: [made.words] });
});

test("a new change forgets what could have been done again", () => {
  const undone = undo(afterGesture(NOTHING_DONE, change()));
  expect(afterGesture(undone, change()).undone).toEqual([]);
});

test("a gesture that the server refused is not offered for undo", () => {
  const made = change();
  expect(withoutGesture(afterGesture(NOTHING_DONE, made), made.key)).toEqual(NOTHING_DONE);
});

test("any walk of undo and redo keeps every gesture in exactly one stack, and ends where it began", () => {
  fc.assert(
    fc.property(fc.integer({ min: 1, max: 10 }), fc.array(fc.boolean(), { maxLength: 30 }), (count, walk) => {
      const start = Array.from({ length: count }, change).reduce(afterGesture, NOTHING_DONE);
      const walked = walk.reduce((stacks, back) => (back ? undo(stacks) : redo(stacks)), start);
      expect(walked.done.length + walked.undone.length).toBe(count);
      const forward = Array.from({ length: count }).reduce<UndoStacks>(redo, walked);
      expect(words(forward)).toEqual(words(start));
    }),
  );
});

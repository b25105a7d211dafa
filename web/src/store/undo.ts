/** Undo and redo over whole gestures: each is a revert that goes through the same journal. */
import type { Gesture } from "./gesture";

/** What can be taken back (`done`) and what can be done again (`undone`), latest last. */
export interface UndoStacks {
  done: readonly UndoEntry[];
  undone: readonly UndoEntry[];
}

export interface UndoEntry {
  /** The gesture to revert: the change itself, or for `undone` the revert of it. */
  key: string;
  words: string;
  image_ids: Uint32Array;
}

export const NOTHING_DONE: UndoStacks = { done: [], undone: [] };
const MOST = 500;

const remove = (entries: readonly UndoEntry[], key: string): readonly UndoEntry[] =>
  entries.filter((entry) => entry.key !== key);

const push = (entries: readonly UndoEntry[], entry: UndoEntry): readonly UndoEntry[] =>
  [...entries, entry].slice(-MOST);

/** The stacks after a gesture: a new change, an undo of a done one, or a redo of an undone one. */
export const afterGesture = (stacks: UndoStacks, gesture: Gesture): UndoStacks => {
  const { body, key, image_ids } = gesture;
  const reverted = body.kind === "revert" && "of_key" in body ? body.of_key : null;
  const done = stacks.done.find((entry) => entry.key === reverted);
  if (done !== undefined) {
    return {
      done: remove(stacks.done, done.key),
      undone: push(stacks.undone, { ...done, key }),
    };
  }
  const undone = stacks.undone.find((entry) => entry.key === reverted);
  if (undone !== undefined) {
    return {
      done: push(stacks.done, { ...undone, key }),
      undone: remove(stacks.undone, undone.key),
    };
  }
  return { done: push(stacks.done, { key, image_ids, words: gesture.words }), undone: [] };
};

/** The stacks without a gesture that the server did not do. */
export const withoutGesture = (stacks: UndoStacks, key: string): UndoStacks => ({
  done: remove(stacks.done, key),
  undone: remove(stacks.undone, key),
});

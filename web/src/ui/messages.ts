/** What is said in the top bar: at most one problem and one thing that was done at a time. */
import { useSyncExternalStore } from "react";

export interface Message {
  id: number;
  kind: "done" | "problem";
  words: string;
  /** What to do about a problem; may be empty. */
  remedy: string;
  /** A message with the same `about` takes its place. */
  about: string | null;
  undo: (() => void) | null;
  /** Null: until it is closed. */
  staysMs: number | null;
}

export type Messages = readonly Message[];

/** More problems than these cannot be read anyway. */
const MOST = 8;

/** With one more: it takes the place of what was said of the same, and of what needs no answer. */
export const withMessage = (all: Messages, said: Message): Messages => {
  const replaced = (each: Message) =>
    (said.about !== null && each.about === said.about) ||
    (said.kind === "done" && each.kind === "done" && each.undo === null);
  return [...all.filter((each) => !replaced(each)), said].slice(-MOST);
};

export interface ShownMessages {
  problem: Message | null;
  /** Problems that show when this one is closed. */
  more: number;
  done: Message | null;
}

/** The latest of each kind. */
export const shownOf = (all: Messages): ShownMessages => {
  const problems = all.filter(({ kind }) => kind === "problem");
  return {
    problem: problems.at(-1) ?? null,
    more: Math.max(problems.length - 1, 0),
    done: all.findLast(({ kind }) => kind === "done") ?? null,
  };
};

let all: Messages = [];
let said = 0;
const listeners = new Set<() => void>();

const put = (next: Messages): void => {
  all = next;
  for (const listener of [...listeners]) listener();
};

export const tell = (message: Omit<Message, "id">): void => put(withMessage(all, { ...message, id: ++said }));

export const close = (id: number): void => put(all.filter((each) => each.id !== id));

const listen = (listener: () => void): (() => void) => {
  listeners.add(listener);
  return () => listeners.delete(listener);
};

export const useMessages = (): Messages => useSyncExternalStore(listen, () => all);

import { expect, test } from "vitest";

import { shownOf, withMessage, type Message, type Messages } from "./messages";

let made = 0;
const message = (words: string, over: Partial<Message> = {}): Message => ({
  id: ++made,
  kind: "done",
  words,
  remedy: "",
  about: null,
  undo: null,
  staysMs: 4000,
  ...over,
});
const saidInTurn = (...messages: Message[]): Messages => messages.reduce<Messages>(withMessage, []);
const undoable = { undo: () => undefined };

test("the latest thing done is shown, and an earlier way back waits below it", () => {
  const all = saidInTurn(message("merged", undoable), message("5 labelled"), message("finished"));
  expect(all.map(({ words }) => words)).toEqual(["merged", "finished"]);
  expect(shownOf(all).done?.words).toBe("finished");
});

test("a message about the same takes the place of the one before, with its way back", () => {
  const all = saidInTurn(
    message("moved", { ...undoable, about: "classes" }),
    message("renamed", { ...undoable, about: "classes" }),
  );
  expect(all.map(({ words }) => words)).toEqual(["renamed"]);
});

test("a problem is shown beside what was done, and the problems below it are counted", () => {
  const problem = { kind: "problem", staysMs: null } as const;
  const shown = shownOf(
    saidInTurn(message("no disk", problem), message("no net", problem), message("saved")),
  );
  expect([shown.problem?.words, shown.more, shown.done?.words]).toEqual(["no net", 1, "saved"]);
});

import { expect, test } from "vitest";

import { ACTIONS } from "./actions";
import { chordOf, type KeyPress } from "./chord";
import { actionFor, conflictsOf, PROFILE_NAMES } from "./profiles";

const press = (key: string, code = "", held: Partial<KeyPress> = {}): KeyPress => ({
  key,
  code,
  ctrlKey: false,
  metaKey: false,
  altKey: false,
  shiftKey: false,
  ...held,
});

test.each([
  [press("z", "KeyZ", { ctrlKey: true }), "Ctrl+Z"],
  [press("Z", "KeyZ", { metaKey: true, shiftKey: true }), "Ctrl+Shift+Z"],
  [press("!", "Digit1", { shiftKey: true }), "Shift+1"],
  [press("&", "Digit1"), "1"],
  [press("?", "Slash", { shiftKey: true }), "?"],
  [press(" ", "Space"), "Space"],
  [press("ArrowLeft", "ArrowLeft"), "Left"],
  [press("+", "Equal", { ctrlKey: true, shiftKey: true }), "Ctrl++"],
  [press("5", "Numpad5"), "5"],
])("key press %# is spelled %2$s", (pressed, chord) => {
  expect(chordOf(pressed)).toBe(chord);
});

test.each(PROFILE_NAMES)("no key of profile %s means two things at once", (profile) => {
  expect(conflictsOf(profile)).toEqual([]);
});

test("a screen's key goes before a key that holds everywhere", () => {
  expect(actionFor("Labelgraft", "annotate", "D")).toBe("annotate.next");
  expect(actionFor("CVAT", "annotate", "D")).toBe("annotate.previous");
  expect(actionFor("Labelgraft", "gallery", "Ctrl+Z")).toBe("global.undo");
  expect(actionFor("Labelgraft", "gallery", "L")).toBeNull();
});

test("every action says what it does", () => {
  expect(Object.values(ACTIONS).filter(({ words }) => words.trim() === "")).toEqual([]);
});

import { expect, test } from "vitest";

import { ACTIONS } from "./actions";
import { classChords, FREE_CHORDS, keyRefusal, shortChord } from "./classKeys";
import { keysOf, PROFILE_NAMES } from "./profiles";

const listed = (...keys: (string | null)[]) =>
  keys.map((key, at) => ({ id: at + 1, name: `class ${at + 1}`, key }));
const chordsOf = (...keys: (string | null)[]) => {
  const chords = classChords(listed(...keys));
  return keys.map((_, at) => chords.get(at + 1) ?? null);
};

test("a class answers to its own key, and the others take the digits that are free, in order", () => {
  expect(chordsOf(null, "1", "k", null, "3", null)).toEqual(["2", "1", "K", "4", "3", "5"]);
});

test("ten classes without a key have the digits, ten more have them with Shift, the next has none", () => {
  const chords = chordsOf(...Array.from({ length: 21 }, () => null));
  expect(chords.slice(0, 11)).toEqual(["1", "2", "3", "4", "5", "6", "7", "8", "9", "0", "Shift+1"]);
  expect(chords.slice(19)).toEqual(["Shift+0", null]);
});

test("a class whose key is that of an action or of an earlier class takes a free digit", () => {
  expect(chordsOf("d", "k", "K", ";")).toEqual(["1", "K", "2", "3"]);
});

test.each([
  ["d", 'D is "Next image" on Annotate.'],
  ["l", 'L is "Lasso" on Map.'],
  ["?", "? is neither a letter nor a digit."],
])("key %s is refused with the reason", (key, reason) => {
  expect(keyRefusal(key)).toBe(reason);
});

test.each(["k", "K", "7", "0", "é"])("key %s can belong to a class", (key) => {
  expect(keyRefusal(key)).toBeNull();
});

test("where shapes are drawn the keys of the tools are taken too", () => {
  expect(keyRefusal("k", true)).toBe('K is "Keypoints" on Draw.');
  expect([...classChords(listed("k", "z"), true).values()]).toEqual(["Z", "1"]);
});

test("no action of any profile has a key that classes take", () => {
  const taken = PROFILE_NAMES.flatMap((profile) => Object.keys(ACTIONS).flatMap((id) => keysOf(profile, id)));
  expect(taken.filter((chord) => FREE_CHORDS.includes(chord))).toEqual([]);
});

test("a key with Shift is short on a button", () => {
  expect(shortChord("Shift+3")).toBe("⇧3");
});

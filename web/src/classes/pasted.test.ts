import { expect, test } from "vitest";

import { readPasted } from "./pasted";

test("each line is a class, without blanks around it, and once", () => {
  expect(readPasted(" cat \n\ndog, small\r\ncat\n", []).names).toEqual(["cat", "dog, small"]);
});

test("a single line is cut at commas, semicolons and tabs", () => {
  expect(readPasted("cat, dog;bird\tfish", []).names).toEqual(["cat", "dog", "bird", "fish"]);
});

test("classes that are there and names that are too long are told and not added", () => {
  const long = "x".repeat(201);
  expect(readPasted(`cat\nbird\n${long}`, ["cat", "dog"])).toEqual({
    names: ["bird"],
    known: ["cat"],
    tooLong: [long],
  });
});

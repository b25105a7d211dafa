import { expect, test } from "vitest";

import { readHex } from "./colours";

test("a colour may be typed short, long, and without its #", () => {
  expect(["#4C78a8", "4c78a8", " #abc "].map(readHex)).toEqual(["#4c78a8", "#4c78a8", "#aabbcc"]);
});

test("what is no colour is none", () => {
  expect(["", "#12", "red", "#12345g", "#1234567"].map(readHex)).toEqual([null, null, null, null, null]);
});

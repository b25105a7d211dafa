import { expect, test } from "vitest";

import { isWanted, nameOf } from "./droppedFiles";

const at = (...paths: string[]) => paths.map((path) => ({ path, blob: new Blob([]) }));

test.each([
  ["a/photo.JPG", true],
  ["a/photo.tiff", true],
  ["a/labels.csv", false],
  ["a/.DS_Store", false],
  ["__MACOSX/a/photo.jpg", false],
  ["a/.thumbnails/photo.jpg", false],
  ["Thumbs.db", false],
])("%s is taken as an image: %s", (path, wanted) => {
  expect(isWanted(path, false)).toBe(wanted);
});

test("labels beside the images are taken where they are wanted, hidden files never", () => {
  expect(isWanted("a/labels.csv", true)).toBe(true);
  expect(isWanted("a/.DS_Store", true)).toBe(false);
});

test("an upload is called like the one folder that holds everything", () => {
  expect(nameOf(at("holiday/a.jpg", "holiday/sea/b.jpg"))).toBe("holiday");
  expect(nameOf(at("a.jpg", "b.jpg"))).toBe("upload");
  expect(nameOf(at("holiday/a.jpg", "work/b.jpg"))).toBe("upload");
});

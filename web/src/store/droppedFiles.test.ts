import { expect, test } from "vitest";

import { isWanted, nameOf, partsOf } from "./droppedFiles";

const at = (...paths: string[]) => paths.map((path) => ({ path, blob: new Blob([]) }));

test.each([
  ["a/photo.JPG", true],
  ["a/photo.tiff", true],
  ["a/labels.csv", false],
  ["a/.DS_Store", false],
  ["__MACOSX/a/photo.jpg", false],
  ["a/.thumbnails/photo.jpg", false],
  ["Thumbs.db", false],
  ["photos.ZIP", true],
  [".hidden.zip", false],
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

test("an archive is imported by itself, under its own name, and the plain files beside it together", () => {
  const files = at("trip/a.jpg", "trip/b.jpg", "one.zip", "trip/two.zip");
  const paths = partsOf(files).map((part) => part.map(({ path }) => path));
  expect(paths).toEqual([["trip/a.jpg", "trip/b.jpg"], ["one.zip"], ["trip/two.zip"]]);
  expect(partsOf(files).map(nameOf)).toEqual(["trip", "one", "two"]);
  expect(partsOf(at("one.zip"))).toHaveLength(1);
});

import { expect, test } from "vitest";

import type { Format } from "@/store/exports";

import { formatsFor, titleOf, transferOf, usualFor } from "./formats";

const format = (transfers: Format["transfers"], rest: Partial<Format> = {}): Format => ({
  name: "any",
  title: "Any",
  describe: "",
  lossless: true,
  transfers,
  tasks: ["classification"],
  ...rest,
});

test("what happens to the files is as wished where the format can", () => {
  expect(transferOf(format(["copy", "link", "none"]), "copy")).toBe("copy");
});

test("where it cannot, or nothing is wished, the least is done that it can", () => {
  expect(transferOf(format(["copy", "link"]), "none")).toBe("link");
  expect(transferOf(format(["copy", "link", "none"]), null)).toBe("none");
});

test("a format that is no longer there goes by its own name", () => {
  const formats = [format([], { name: "csv", title: "CSV table" })];
  expect([titleOf(formats, "csv"), titleOf(formats, "parquet")]).toEqual(["CSV table", "parquet"]);
});

test("a project is offered the formats that hold its labels, the usual one among them", () => {
  const formats = [
    format([], { name: "csv" }),
    format([], { name: "voc", tasks: ["detection"] }),
    format([], { name: "coco", tasks: ["classification", "detection"] }),
  ];
  expect(formatsFor(formats, "classification").map(({ name }) => name)).toEqual(["csv", "coco"]);
  const ofBoxes = formatsFor(formats, "detection").map(({ name }) => name);
  expect(ofBoxes).toEqual(["voc", "coco"]);
  expect(ofBoxes).toContain(usualFor("detection"));
});

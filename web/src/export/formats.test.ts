import { expect, test } from "vitest";

import type { Format } from "@/store/exports";

import { titleOf, transferOf } from "./formats";

const format = (transfers: Format["transfers"]): Format => ({
  name: "any",
  describe: "",
  lossless: true,
  transfers,
});

test("what happens to the files is as wished where the format can", () => {
  expect(transferOf(format(["copy", "link", "none"]), "copy")).toBe("copy");
});

test("where it cannot, or nothing is wished, the least is done that it can", () => {
  expect(transferOf(format(["copy", "link"]), "none")).toBe("link");
  expect(transferOf(format(["copy", "link", "none"]), null)).toBe("none");
});

test("a format that this page does not know goes by its own name", () => {
  expect([titleOf("csv"), titleOf("parquet")]).toEqual(["CSV table", "parquet"]);
});

import { expect, it } from "vitest";

import { Sheets, sheetStyle } from "./sheets";

const sheets = new Sheets(
  7,
  ["aa", "bb"],
  Uint32Array.of(2, 5, 9),
  Int32Array.of(0, -1, 1),
  Uint8Array.of(0, 0, 255),
);

it("finds the cell of an image", () => {
  expect(sheets.cellOf(9)).toEqual({
    sheet: 1,
    url: "/api/v1/projects/7/sheets/bb.webp",
    column: 15,
    row: 15,
  });
  expect(sheets.cellOf(2)).toMatchObject({ sheet: 0, column: 0, row: 0 });
});

it("knows that an image has none", () => {
  expect(sheets.cellOf(5)).toBeNull();
  expect(sheets.cellOf(3)).toBeNull();
});

it("shows exactly the cell, at any size", () => {
  const style = sheetStyle({ sheet: 0, url: "/x", column: 15, row: 0 });
  expect(style.backgroundSize).toBe("1600% 1600%");
  expect(style.backgroundPosition).toBe("100% 0%");
});

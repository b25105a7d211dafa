import { describe, expect, it } from "vitest";

import { byReason, reportIn, reportWords } from "./intakeReports";

const refusal = (path: string, reason: string) => ({ path, reason });

describe("the report of an import", () => {
  it("says what was added, left out and refused, and nothing of what did not happen", () => {
    const report = reportIn({
      added: 1183,
      known: 0,
      duplicates: [{ path: "b", original: "a" }],
      refused: [refusal("c", "the file is empty"), refusal("d", "the file is empty")],
    });
    expect(report && reportWords(report)).toBe("1,183 images added, 1 copy left out, 2 files not taken");
  });

  it("is absent where a result has another form", () => {
    expect(reportIn(null)).toBeNull();
    expect(reportIn({ model: "m", refused: "none" })).toBeNull();
  });

  it("groups refused files by reason, the commonest first, named below the folder they share", () => {
    const groups = byReason([
      refusal("/photos/trip/a.jpg", "the file is empty"),
      refusal("/photos/b.heic", "cannot be read here"),
      refusal("/photos/trip/c.heic", "cannot be read here"),
    ]);
    expect(groups).toEqual([
      { reason: "cannot be read here", names: ["b.heic", "trip/c.heic"] },
      { reason: "the file is empty", names: ["trip/a.jpg"] },
    ]);
  });

  it("keeps whole paths that share no folder, and whole names that begin alike", () => {
    expect(byReason([refusal("a1.jpg", "x"), refusal("a2.jpg", "x")])[0]?.names).toEqual([
      "a1.jpg",
      "a2.jpg",
    ]);
    expect(byReason([refusal("/p1/a.jpg", "x"), refusal("/p2/a.jpg", "x")])[0]?.names).toEqual([
      "p1/a.jpg",
      "p2/a.jpg",
    ]);
    expect(byReason([refusal("/a.jpg", "x"), refusal("b.jpg", "x")])[0]?.names).toEqual(["/a.jpg", "b.jpg"]);
  });
});

import { describe, expect, it } from "vitest";

import { readSearch } from "./search";

describe("the address of the models screen", () => {
  it("keeps the shown model and the one it is compared with", () => {
    expect(readSearch({ model: "3", with: 4 })).toEqual({ model: 3, with: 4 });
  });

  it("leaves out what is not a number of a model", () => {
    expect(readSearch({ model: "cat", run: -1, with: 1.5, new: "no" })).toEqual({});
  });

  it("opens the dialog of a new model", () => {
    expect(readSearch({ new: "true" })).toEqual({ new: true });
  });
});

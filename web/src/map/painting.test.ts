import { describe, expect, test } from "vitest";

import { emptyStates, NONE, STATE, type ImageStates } from "@/store/imageStates";

import { groupColour } from "./colours";
import { layoutOf } from "./layout";
import { classLooksOf, compositionOf, paint } from "./painting";

const states: ImageStates = {
  ...emptyStates(),
  imageIds: Uint32Array.from([1, 2, 3, 4]),
  states: Int8Array.from([STATE.labelled, STATE.labelled, STATE.proposed, STATE.new]),
  classIds: Int32Array.from([7, 7, NONE, NONE]),
  proposalClassIds: Int32Array.from([8, NONE, 8, NONE]),
  confidences: Float32Array.from([0.9, NaN, 0.31, NaN]),
};
const classes = [
  { id: 7, name: "cat", colour: "#e8590c" },
  { id: 8, name: "dog", colour: "#1c7ed6" },
];
const layout = layoutOf(1, states.imageIds, new Float32Array(8), Int32Array.from([0, 0, 1, -1]));
const rows = Int32Array.from([0, 1, 2, 3]);
const facts = { states, classes, islandNames: new Map([[0, "cat 1"]]), dark: false };

describe("colours of the points", () => {
  test("a class has its own colour, counted, with the unlabelled last", () => {
    const { colours, legend } = paint("class", layout, rows, facts);
    expect([...colours.subarray(0, 3)]).toEqual([0xe8, 0x59, 0x0c]);
    expect(legend.map(({ name, count }) => [name, count])).toEqual([
      ["cat", 2],
      ["No label", 2],
    ]);
  });

  test("confidence goes by tenths in order", () => {
    const { legend } = paint("confidence", layout, rows, facts);
    expect(legend.map(({ name }) => name)).toEqual(["30–40 %", "90–100 %", "No proposal"]);
  });

  test("islands are called as the server calls them", () => {
    expect(paint("island", layout, rows, facts).legend[0]?.name).toBe("cat 1");
  });

  test("two hundred groups have two hundred colours", () => {
    const seen = new Set(Array.from({ length: 200 }, (_, i) => groupColour(i).join()));
    expect(seen.size).toBe(200);
  });

  test("a class that shares the colour of another one gets its own", () => {
    const looks = classLooksOf([...classes, { id: 9, name: "fox", colour: "#E8590C" }]);
    expect(looks.get(9)?.colour).not.toEqual(looks.get(7)?.colour);
  });
});

describe("composition of a selection", () => {
  test("labels of all, proposals only of those without a label", () => {
    expect(compositionOf(states, [0, 1, 2, 3], "class")).toEqual([
      { classId: 7, count: 2 },
      { classId: NONE, count: 2 },
    ]);
    expect(compositionOf(states, [0, 1, 2, 3], "proposal")).toEqual([{ classId: 8, count: 1 }]);
  });
});

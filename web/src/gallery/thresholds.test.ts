import fc from "fast-check";
import { expect, it } from "vitest";

import { emptyStates, STATE, type ImageStates } from "@/store/imageStates";

import { countFrom, risingConfidences } from "./thresholds";

const proposed = (confidences: number[], state: number = STATE.proposed): ImageStates => ({
  ...emptyStates(),
  imageIds: Uint32Array.from(confidences, (_, i) => i + 1),
  states: Int8Array.from(confidences, () => state),
  confidences: Float32Array.from(confidences),
});

it("counts the proposals from the threshold on", () => {
  const rising = risingConfidences(proposed([0.2, 0.99, 0.95, 0.951, 0.5]));
  expect(countFrom(rising, 0.95)).toBe(3);
  expect(countFrom(rising, 0)).toBe(5);
  expect(countFrom(rising, 1)).toBe(0);
});

it("counts only the images that are meant", () => {
  const rising = risingConfidences(proposed([0.2, 0.99, 0.95]), Uint32Array.of(0, 2));
  expect(countFrom(rising, 0.1)).toBe(2);
});

it("leaves out what a person has decided", () => {
  expect(risingConfidences(proposed([0.9, 0.8], STATE.labelled))).toHaveLength(0);
  expect(risingConfidences(proposed([0.9, 0.8], STATE.unclear))).toHaveLength(0);
});

it("agrees with counting one by one", () => {
  const share = fc.float({ min: 0, max: 1, noNaN: true });
  fc.assert(
    fc.property(fc.array(share), share, (confidences, threshold) => {
      const counted = confidences.filter((each) => Math.fround(each) >= Math.fround(threshold)).length;
      expect(countFrom(risingConfidences(proposed(confidences)), threshold)).toBe(counted);
    }),
  );
});

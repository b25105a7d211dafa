/** How many proposals a threshold would accept, told while the slider moves. */
import { STATE, type ImageStates } from "@/store/imageStates";

/** Confidences in rising order. */
export type RisingConfidences = Float32Array;

/** Sorted once, so that every move of the slider is one binary search. `rows`: the images that are meant, all if null. */
export const risingConfidences = (
  states: ImageStates,
  rows: Uint32Array | null = null,
): RisingConfidences => {
  const most = rows?.length ?? states.states.length;
  const found = new Float32Array(most);
  let count = 0;
  for (let i = 0; i < most; i++) {
    const row = rows === null ? i : (rows[i] ?? 0);
    // What a person labelled or set aside keeps what the person said.
    if (states.states[row] !== STATE.proposed) continue;
    found[count] = states.confidences[row] ?? 0;
    count += 1;
  }
  return found.slice(0, count).sort();
};

/** How many are at least as sure as `threshold`, which is compared as the 32-bit number that the columns hold. */
export const countFrom = (rising: RisingConfidences, threshold: number): number => {
  const wanted = Math.fround(threshold);
  let low = 0;
  let high = rising.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((rising[middle] ?? 0) < wanted) low = middle + 1;
    else high = middle;
  }
  return rising.length - low;
};

/** How many proposals a threshold would accept, told while the slider moves. */
import type { ImageState } from "@/store/filters";

/** Confidences of the proposals that an accept may touch, in rising order. */
export type RisingConfidences = Float32Array;

export interface ProposedColumns {
  /** Index into STATES of each image. */
  readonly states: ArrayLike<number>;
  /** Proposed class of each image, -1 for none. */
  readonly proposalClassIds: ArrayLike<number>;
  readonly confidences: ArrayLike<number>;
}

/** An image that a person labelled or set aside keeps what the person said. */
export const OPEN_STATES: readonly ImageState[] = ["new", "proposed"];

/** Sorted once, so that every move of the slider is one binary search. `rows` are the images that are meant. */
export const risingConfidences = (
  columns: ProposedColumns,
  rows: Iterable<number>,
  openStates: ReadonlySet<number>,
): RisingConfidences => {
  const found: number[] = [];
  for (const row of rows) {
    if ((columns.proposalClassIds[row] ?? -1) < 0 || !openStates.has(columns.states[row] ?? -1)) continue;
    found.push(columns.confidences[row] ?? 0);
  }
  return Float32Array.from(found).sort();
};

/** How many are at least as sure as `threshold`, which is compared as the 32-bit number that it is on the server. */
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

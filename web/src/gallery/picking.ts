/** Which positions of the grid are picked, and what a click, a range and a rubber band make of it. Masks: one byte per position. */
import type { Span } from "./gridLayout";

export type Mask = Uint8Array;

/** Positions by image id, -1 where the order does not hold the image. */
export class Positions {
  private readonly byId: Int32Array;

  constructor(readonly order: Uint32Array) {
    let highest = -1;
    for (const id of order) highest = Math.max(highest, id);
    this.byId = new Int32Array(highest + 1).fill(-1);
    for (let at = 0; at < order.length; at++) this.byId[order[at] ?? 0] = at;
  }

  of(imageId: number): number {
    return this.byId[imageId] ?? -1;
  }

  /** The mask of some images; those that are not in the order are left out. */
  maskOf(imageIds: Iterable<number>): Mask {
    const mask = new Uint8Array(this.order.length);
    for (const id of imageIds) {
      const at = this.of(id);
      if (at >= 0) mask[at] = 1;
    }
    return mask;
  }
}

/** The picked images in the order of the grid. */
export const pickedIds = (mask: Mask, order: Uint32Array): Uint32Array =>
  order.filter((_, at) => mask[at] === 1);

export const countPicked = (mask: Mask): number => {
  let count = 0;
  for (const picked of mask) count += picked;
  return count;
};

export const only = (length: number, position: number): Mask => {
  const mask = new Uint8Array(length);
  mask[position] = 1;
  return mask;
};

export const toggled = (mask: Mask, position: number): Mask => {
  const after = mask.slice();
  after[position] = after[position] === 1 ? 0 : 1;
  return after;
};

/** Everything between two positions, both included; `base` stays picked as well (Ctrl+Shift). */
export const ranged = (anchor: number, position: number, base: Mask): Mask => {
  const after = base.slice();
  after.fill(1, Math.min(anchor, position), Math.max(anchor, position) + 1);
  return after;
};

/** What a rubber band makes of the mask before it: "replace" picks only what it touches. */
export type BandMode = "replace" | "add" | "subtract";

export const banded = (before: Mask, spans: readonly Span[], mode: BandMode): Mask => {
  const after = mode === "replace" ? new Uint8Array(before.length) : before.slice();
  for (const { from, to } of spans) after.fill(mode === "subtract" ? 0 : 1, from, to);
  return after;
};

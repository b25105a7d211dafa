/** Which images a gesture means, as it goes over the wire: a lasso as its polygon, never as a list of ids. */
import type { ImageFilter } from "./filters";

interface Refined {
  /** Odd ones that were thrown out. */
  leave_out?: number[];
  unlabelled_only?: boolean;
}

export type Selector = Refined &
  (
    | { images: number[] }
    | { lasso: [number, number][]; round: number }
    | { rectangle: [number, number, number, number]; round: number }
    | { island: number; round: number }
    | { filter: ImageFilter }
    | { add: Selector[]; subtract?: Selector[] }
  );

/** The selector without some images more. */
export const without = (selector: Selector, imageIds: Iterable<number>): Selector => {
  const left = new Set([...(selector.leave_out ?? []), ...imageIds]);
  return { ...selector, leave_out: [...left].sort((a, b) => a - b) };
};

export const countWords = (count: number): string =>
  count === 1 ? "1 image" : `${count.toLocaleString("en")} images`;

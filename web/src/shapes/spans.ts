/**
 * Masks as spans: which pixels, counted down the columns from the top left, belong to the object.
 *
 * Painting joins and cuts lists of spans, so a stroke on a mask of 20 Mpx costs its runs, never its pixels.
 */
import { countsOfText, textOfCounts } from "./rle";
import type { Edges, MaskShape } from "./shape";

export interface Spans {
  /** Of the image. */
  readonly width: number;
  readonly height: number;
  /** first, end, first, end, ...: ascending, apart from each other; end is the first pixel that does not belong. */
  readonly flat: Float64Array;
}

const known = new WeakMap<MaskShape, Spans>();

export const spansOf = (mask: MaskShape): Spans => {
  const before = known.get(mask);
  if (before !== undefined) return before;
  const counts = countsOfText(mask.counts);
  const flat = new Float64Array(counts.length + 1);
  let [length, at] = [0, 0];
  counts.forEach((count, i) => {
    if (i % 2 === 1 && count > 0) {
      // A run of 0 between two, which foreign tools write, joins them.
      if (length > 0 && flat[length - 1] === at) length -= 2;
      else flat[length] = at;
      flat[length + 1] = at + count;
      length += 2;
    }
    at += count;
  });
  const spans = { width: mask.size[0], height: mask.size[1], flat: flat.slice(0, length) };
  known.set(mask, spans);
  return spans;
};

export const maskOf = ({ width, height, flat }: Spans): MaskShape => {
  const all = width * height;
  const counts: number[] = [];
  let at = 0;
  for (const edge of flat) {
    counts.push(edge - at);
    at = edge;
  }
  if (at < all || counts.length === 0) counts.push(all - at);
  const mask: MaskShape = { kind: "mask", size: [width, height], counts: textOfCounts(counts) };
  known.set(mask, { width, height, flat });
  return mask;
};

export const isEmpty = (spans: Spans): boolean => spans.flat.length === 0;

export const pixelCount = ({ flat }: Spans): number => {
  let count = 0;
  for (let i = 0; i < flat.length; i += 2) count += (flat[i + 1] ?? 0) - (flat[i] ?? 0);
  return count;
};

/** Index into flat of the first span that ends after a pixel. */
const spanAfter = (flat: Float64Array, pixel: number): number => {
  let [low, high] = [0, flat.length / 2];
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((flat[2 * middle + 1] ?? 0) > pixel) high = middle;
    else low = middle + 1;
  }
  return 2 * low;
};

export const holds = ({ width, height, flat }: Spans, x: number, y: number): boolean => {
  const [column, row] = [Math.floor(x), Math.floor(y)];
  if (column < 0 || column >= width || row < 0 || row >= height) return false;
  const pixel = column * height + row;
  return (flat[spanAfter(flat, pixel)] ?? Infinity) <= pixel;
};

/** Around the pixels; null where there are none. */
export const spanBounds = ({ height, flat }: Spans): Edges | null => {
  if (flat.length === 0) return null;
  let [top, bottom] = [height, 0];
  for (let i = 0; i < flat.length; i += 2) {
    const [first, end] = [flat[i] ?? 0, flat[i + 1] ?? 0];
    const column = Math.floor(first / height) * height;
    if (end > column + height) [top, bottom] = [0, height];
    top = Math.min(top, first - column);
    bottom = Math.max(bottom, Math.min(end - column, height));
  }
  const last = flat[flat.length - 1] ?? 0;
  return [Math.floor((flat[0] ?? 0) / height), top, Math.floor((last - 1) / height) + 1, bottom];
};

/** Pixels for which a rule on (in a, in b) holds; the rule must be false outside of both. */
const combined = (a: Float64Array, b: Float64Array, rule: (inA: boolean, inB: boolean) => boolean) => {
  const edges = new Float64Array(a.length + b.length);
  let [i, j, length, inside] = [0, 0, 0, false];
  while (i < a.length || j < b.length) {
    const at = Math.min(a[i] ?? Infinity, b[j] ?? Infinity);
    if (a[i] === at) i++;
    if (b[j] === at) j++;
    const now = rule(i % 2 === 1, j % 2 === 1);
    if (now !== inside) edges[length++] = at;
    inside = now;
  }
  return edges.slice(0, length);
};

export const united = (a: Spans, b: Spans): Spans => ({
  ...a,
  flat: combined(a.flat, b.flat, (inA, inB) => inA || inB),
});

export const subtracted = (a: Spans, b: Spans): Spans => ({
  ...a,
  flat: combined(a.flat, b.flat, (inA, inB) => inA && !inB),
});

/** Pixels given column by column, each as rows [from, to), cut at the image. Columns must ascend. */
export class SpanWriter {
  private readonly edges: number[] = [];

  constructor(
    private readonly width: number,
    private readonly height: number,
  ) {}

  add(column: number, from: number, to: number): void {
    if (column < 0 || column >= this.width) return;
    const [first, end] = [Math.max(from, 0), Math.min(to, this.height)];
    if (first >= end) return;
    const offset = column * this.height;
    if (this.edges.at(-1) === offset + first) this.edges.pop();
    else this.edges.push(offset + first);
    this.edges.push(offset + end);
  }

  spans(): Spans {
    return { width: this.width, height: this.height, flat: Float64Array.from(this.edges) };
  }
}

/** Calls `found` with each column's piece [from, to) of every span, columns ascending. */
export const forEachPiece = (
  { height, flat }: Spans,
  found: (column: number, from: number, to: number) => void,
): void => {
  for (let i = 0; i < flat.length; i += 2) {
    const end = flat[i + 1] ?? 0;
    for (let first = flat[i] ?? 0; first < end;) {
      const column = Math.floor(first / height);
      const stop = Math.min(end, (column + 1) * height);
      found(column, first - column * height, stop - column * height);
      first = stop;
    }
  }
};

/** Moved by whole pixels into an image of a size; what leaves it is cut off. */
export const shifted = (
  spans: Spans,
  dx: number,
  dy: number,
  width = spans.width,
  height = spans.height,
): Spans => {
  const writer = new SpanWriter(width, height);
  forEachPiece(spans, (column, from, to) => writer.add(column + dx, from + dy, to + dy));
  return writer.spans();
};

/** A part of the image as it is shown: `step` image pixels make one of the `columns` x `rows` cells. */
export interface Pane {
  readonly left: number;
  readonly top: number;
  readonly step: number;
  readonly columns: number;
  readonly rows: number;
}

/** 1 for every cell of the pane that the object touches, column after column. */
export const cellsOf = ({ height, flat }: Spans, pane: Pane): Uint8Array => {
  const { left, top, step, columns, rows } = pane;
  const cells = new Uint8Array(columns * rows);
  const beyond = (left + columns * step) * height;
  for (let i = spanAfter(flat, left * height); i < flat.length; i += 2) {
    const end = Math.min(flat[i + 1] ?? 0, beyond);
    for (let first = Math.max(flat[i] ?? 0, left * height); first < end;) {
      const column = Math.floor(first / height);
      const stop = Math.min(end, (column + 1) * height);
      const from = Math.max(Math.floor((first - column * height - top) / step), 0);
      const to = Math.min(Math.ceil((stop - column * height - top) / step), rows);
      const offset = Math.floor((column - left) / step) * rows;
      if (from < to) cells.fill(1, offset + from, offset + to);
      first = stop;
    }
  }
  return cells;
};

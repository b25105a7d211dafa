/** Finds which of thousands of shapes may lie in a place, by their bounds. */
import type { Edges } from "./shape";

const CELLS = 48;
/** A shape over more cells than this is looked at every time. */
const MANY = 400;

export class BoxGrid {
  private readonly cells: number[][] = Array.from({ length: CELLS * CELLS }, () => []);
  private readonly everywhere: number[] = [];
  private readonly seen: Uint32Array;
  private round = 0;

  /** bounds: of each shape; those outside of the image count for the cells at its edge. */
  constructor(
    private readonly bounds: readonly Edges[],
    private readonly width: number,
    private readonly height: number,
  ) {
    this.seen = new Uint32Array(bounds.length);
    bounds.forEach((edges, i) => {
      const [left, top, right, bottom] = this.cellsOver(edges);
      if ((right - left + 1) * (bottom - top + 1) > MANY) this.everywhere.push(i);
      else {
        for (let y = top; y <= bottom; y++) {
          for (let x = left; x <= right; x++) this.cells[y * CELLS + x]?.push(i);
        }
      }
    });
  }

  /** Indexes of the shapes whose bounds meet a part of the image, ascending. */
  within(part: Edges): number[] {
    this.round++;
    const found: number[] = [];
    const look = (candidates: readonly number[]) => {
      for (const i of candidates) {
        if (this.seen[i] === this.round) continue;
        this.seen[i] = this.round;
        const bounds = this.bounds[i];
        if (bounds !== undefined && meet(bounds, part)) found.push(i);
      }
    };
    look(this.everywhere);
    const [left, top, right, bottom] = this.cellsOver(part);
    for (let y = top; y <= bottom; y++) {
      for (let x = left; x <= right; x++) look(this.cells[y * CELLS + x] ?? []);
    }
    return found.sort((a, b) => a - b);
  }

  private cellsOver([left, top, right, bottom]: Edges): Edges {
    const cell = (at: number, size: number) =>
      Math.min(Math.max(Math.floor((at / size) * CELLS), 0), CELLS - 1);
    return [
      cell(left, this.width),
      cell(top, this.height),
      cell(right, this.width),
      cell(bottom, this.height),
    ];
  }
}

export const meet = (a: Edges, b: Edges): boolean =>
  a[0] <= b[2] && b[0] <= a[2] && a[1] <= b[3] && b[1] <= a[3];

/** Points of a map sorted into square cells, for what is near a place and what is on screen. */
import type { MapUnit, Point } from "./mapUnits";
import { boundsOfPoints, type Bounds } from "./mapViewport";

const POINTS_PER_CELL = 8;

export class PointGrid {
  private readonly bounds: Bounds;
  private readonly side: number;
  private readonly columns: number;
  private readonly rows: number;
  /** Where each cell's points begin in `order`; one more at the end. */
  private readonly starts: Uint32Array;
  private readonly order: Uint32Array;

  /** xy: x0, y0, x1, y1, ... in map radii. */
  constructor(private readonly xy: Float32Array) {
    const count = xy.length / 2;
    this.bounds = boundsOfPoints(xy);
    const [left, bottom, right, top] = this.bounds;
    const area = Math.max(right - left, 1e-6) * Math.max(top - bottom, 1e-6);
    this.side = Math.sqrt((area * POINTS_PER_CELL) / Math.max(count, 1));
    this.columns = Math.floor((right - left) / this.side) + 1;
    this.rows = Math.floor((top - bottom) / this.side) + 1;
    this.starts = new Uint32Array(this.columns * this.rows + 1);
    this.order = new Uint32Array(count);
    this.sort();
  }

  private sort(): void {
    const cells = new Uint32Array(this.order.length);
    for (let i = 0; i < cells.length; i++) {
      const cell = this.row(this.y(i)) * this.columns + this.column(this.x(i));
      cells[i] = cell;
      this.starts[cell + 1] = (this.starts[cell + 1] ?? 0) + 1;
    }
    let before = 0;
    this.starts.forEach((count, cell) => (this.starts[cell] = before += count));
    const next = this.starts.slice();
    cells.forEach((cell, i) => {
      const place = next[cell] ?? 0;
      this.order[place] = i;
      next[cell] = place + 1;
    });
  }

  private x(i: number): number {
    return this.xy[2 * i] ?? 0;
  }

  private y(i: number): number {
    return this.xy[2 * i + 1] ?? 0;
  }

  private column(x: number): number {
    return Math.min(this.columns - 1, Math.max(0, Math.floor((x - this.bounds[0]) / this.side)));
  }

  private row(y: number): number {
    return Math.min(this.rows - 1, Math.max(0, Math.floor((y - this.bounds[1]) / this.side)));
  }

  /** Indices of the points inside `bounds`, at most `most` of them, in no order. */
  within([left, bottom, right, top]: Bounds, most = Infinity): number[] {
    const found: number[] = [];
    for (let row = this.row(bottom); row <= this.row(top); row++) {
      for (let column = this.column(left); column <= this.column(right); column++) {
        const cell = row * this.columns + column;
        for (const i of this.order.subarray(this.starts[cell], this.starts[cell + 1])) {
          if (this.x(i) < left || this.x(i) > right || this.y(i) < bottom || this.y(i) > top) continue;
          found.push(i);
          if (found.length >= most) return found;
        }
      }
    }
    return found;
  }

  /** The point nearest to `at` within `radius` map radii, or null. */
  nearest(at: Point<MapUnit>, radius: number): number | null {
    let [best, closest] = [-1, radius];
    for (const i of this.within([at.x - radius, at.y - radius, at.x + radius, at.y + radius])) {
      const away = Math.hypot(this.x(i) - at.x, this.y(i) - at.y);
      if (away <= closest) [best, closest] = [i, away];
    }
    return best < 0 ? null : best;
  }
}

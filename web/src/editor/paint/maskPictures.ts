/** Masks as pictures of their own: drawn once for a zoom, then only moved, and repainted where a brush has been. */
import { boundsOf } from "@/shapes/measure";
import type { Edges, MaskShape } from "@/shapes/shape";
import { cellsOf, spansOf, type Pane, type Spans } from "@/shapes/spans";

import { channels } from "@/editor/look";

/** How a mask looks; part of what a picture is remembered by. */
export interface MaskLook {
  readonly colour: string;
  /** Opacity inside, 0 to 1. */
  readonly fill: number;
  readonly line: number;
  readonly dashed: boolean;
}

/** A mask as small as this at the zoom is drawn whole, else only the part in view and around it. */
const WHOLE_CELLS = 1_500_000;
const AROUND = 0.3;
/** 2 px of the pane's own are computed around what is repainted, for the outline. */
const EDGE = 1;

const DASH_BITS = 2;

const packed = ([red, green, blue]: readonly [number, number, number], opacity: number): number =>
  ((Math.round(opacity * 255) << 24) | (blue << 16) | (green << 8) | red) >>> 0;

/** The pane that shows a part of an image; step is a power of two, so that zooming rarely needs another one. */
export const paneFor = (object: Edges, visible: Edges, zoom: number): Pane => {
  const step = Math.max(1, 2 ** Math.round(Math.log2(1 / zoom)));
  const cellsIn = ([left, top, right, bottom]: Edges) => ((right - left) * (bottom - top)) / (step * step);
  const [spareX, spareY] = [(visible[2] - visible[0]) * AROUND, (visible[3] - visible[1]) * AROUND];
  const part: Edges =
    cellsIn(object) <= WHOLE_CELLS
      ? object
      : [
          Math.max(object[0], visible[0] - spareX),
          Math.max(object[1], visible[1] - spareY),
          Math.min(object[2], visible[2] + spareX),
          Math.min(object[3], visible[3] + spareY),
        ];
  const left = Math.floor(part[0] / step) * step - step;
  const top = Math.floor(part[1] / step) * step - step;
  return {
    left: Math.max(left, 0),
    top: Math.max(top, 0),
    step,
    columns: Math.max(Math.ceil((part[2] - left) / step) + 1, 1),
    rows: Math.max(Math.ceil((part[3] - top) / step) + 1, 1),
  };
};

/** Does a pane show all of an object that is visible, finely enough? */
const suffices = (pane: Pane, object: Edges, visible: Edges, zoom: number): boolean => {
  const wanted = 1 / zoom;
  if (pane.step > Math.max(1, wanted * 1.5) || pane.step < wanted / 3) return false;
  return (
    pane.left <= Math.max(visible[0], object[0]) &&
    pane.top <= Math.max(visible[1], object[1]) &&
    pane.left + pane.columns * pane.step >= Math.min(visible[2], object[2]) &&
    pane.top + pane.rows * pane.step >= Math.min(visible[3], object[3])
  );
};

/** One mask as a picture. */
export class MaskPicture {
  private readonly canvas: HTMLCanvasElement;
  private readonly context: CanvasRenderingContext2D | null;

  constructor(
    spans: Spans,
    readonly pane: Pane,
    readonly look: MaskLook,
  ) {
    this.canvas = document.createElement("canvas");
    this.canvas.width = pane.columns;
    this.canvas.height = pane.rows;
    this.context = this.canvas.getContext("2d");
    this.repaint(spans, [0, 0, Infinity, Infinity]);
  }

  /** Paints the cells anew that a part of the image meets. */
  repaint(spans: Spans, [left, top, right, bottom]: Edges): void {
    const { pane } = this;
    const cell = (at: number, from: number, most: number) =>
      Math.min(Math.max(Math.floor((at - from) / pane.step), 0), most);
    const columns = [cell(left, pane.left, pane.columns) - 1, cell(right, pane.left, pane.columns) + 2];
    const rows = [cell(top, pane.top, pane.rows) - 1, cell(bottom, pane.top, pane.rows) + 2];
    const first = { column: Math.max(columns[0] ?? 0, 0), row: Math.max(rows[0] ?? 0, 0) };
    const width = Math.min(columns[1] ?? 0, pane.columns) - first.column;
    const height = Math.min(rows[1] ?? 0, pane.rows) - first.row;
    if (width <= 0 || height <= 0 || this.context === null) return;
    this.context.putImageData(this.imageOf(spans, first, width, height), first.column, first.row);
  }

  private imageOf(
    spans: Spans,
    first: { column: number; row: number },
    width: number,
    height: number,
  ): ImageData {
    const { pane, look } = this;
    const [columns, rows] = [width + 2 * EDGE, height + 2 * EDGE];
    const cells = cellsOf(spans, {
      left: pane.left + (first.column - EDGE) * pane.step,
      top: pane.top + (first.row - EDGE) * pane.step,
      step: pane.step,
      columns,
      rows,
    });
    const image = new ImageData(width, height);
    const pixels = new Uint32Array(image.data.buffer);
    const rgb = channels(look.colour);
    const [inside, line] = [packed(rgb, look.fill), packed(rgb, look.line)];
    for (let column = 0; column < width; column++) {
      const offset = (column + EDGE) * rows + EDGE;
      for (let row = 0; row < height; row++) {
        const at = offset + row;
        if (cells[at] === 0) continue;
        const within =
          cells[at - 1] === 1 && cells[at + 1] === 1 && cells[at - rows] === 1 && cells[at + rows] === 1;
        const gap = look.dashed && (((first.column + column + first.row + row) >> DASH_BITS) & 1) === 1;
        pixels[row * width + column] = within || gap ? inside : line;
      }
    }
    return image;
  }

  /** context: in image pixels, as the view has it. */
  draw(context: CanvasRenderingContext2D): void {
    const { pane, canvas } = this;
    context.drawImage(canvas, pane.left, pane.top, pane.columns * pane.step, pane.rows * pane.step);
  }

  suits(object: Edges, visible: Edges, zoom: number, look: MaskLook): boolean {
    return (
      this.look.colour === look.colour &&
      this.look.fill === look.fill &&
      this.look.dashed === look.dashed &&
      suffices(this.pane, object, visible, zoom)
    );
  }
}

/** Pictures of masks that were drawn lately. */
export class MaskPictures {
  private readonly pictures = new WeakMap<MaskShape, MaskPicture>();

  of(mask: MaskShape, visible: Edges, zoom: number, look: MaskLook): MaskPicture {
    const before = this.pictures.get(mask);
    const bounds = boundsOf(mask);
    if (before?.suits(bounds, visible, zoom, look) === true) return before;
    const picture = new MaskPicture(spansOf(mask), paneFor(bounds, visible, zoom), look);
    this.pictures.set(mask, picture);
    return picture;
  }

  /** A mask's picture that was painted stroke by stroke need not be painted again. */
  keep(mask: MaskShape, picture: MaskPicture): void {
    this.pictures.set(mask, picture);
  }
}

/** One canvas over the picture, as fine as the screen. */
import type { Viewport } from "@/shapes/imageView";

/** A part of the canvas; screen pixels. */
export interface Strip {
  readonly left: number;
  readonly top: number;
  readonly right: number;
  readonly bottom: number;
}

export class Layer {
  /** What it shows has changed, not only the view. */
  dirty = true;
  density = 1;
  private painted: Viewport | null = null;

  constructor(private readonly canvas: HTMLCanvasElement) {}

  resize(width: number, height: number): void {
    this.density = Math.min(window.devicePixelRatio, 2);
    this.canvas.width = Math.round(width * this.density);
    this.canvas.height = Math.round(height * this.density);
    this.dirty = true;
  }

  /** Empty, to be drawn on; null where the browser gives no canvas. */
  cleared(): CanvasRenderingContext2D | null {
    const context = this.canvas.getContext("2d");
    if (context === null) return null;
    context.setTransform(1, 0, 0, 1, 0, 0);
    context.clearRect(0, 0, this.canvas.width, this.canvas.height);
    return context;
  }

  /**
   * Draws what a view shows: everything anew, or, where the view was only moved, what was drawn before at its new place
   * and the strips that came into view. Nothing where nothing has changed.
   */
  paint(view: Viewport, draw: (context: CanvasRenderingContext2D, strip: Strip) => void): void {
    const { width, height } = this.canvas;
    const before = this.painted;
    this.painted = view;
    const dx = before === null ? 0 : Math.round((view.corner.x - before.corner.x) * this.density);
    const dy = before === null ? 0 : Math.round((view.corner.y - before.corner.y) * this.density);
    if (before?.zoom === view.zoom && !this.dirty && Math.abs(dx) < width && Math.abs(dy) < height) {
      if (dx !== 0 || dy !== 0) this.shift(dx, dy, draw);
      return;
    }
    this.dirty = false;
    const context = this.cleared();
    if (context !== null) draw(context, this.strip(0, 0, width, height));
  }

  private strip(left: number, top: number, right: number, bottom: number): Strip {
    const { density } = this;
    return {
      left: left / density,
      top: top / density,
      right: right / density,
      bottom: bottom / density,
    };
  }

  /** dx, dy: pixels of the canvas. */
  private shift(
    dx: number,
    dy: number,
    draw: (context: CanvasRenderingContext2D, strip: Strip) => void,
  ): void {
    const context = this.canvas.getContext("2d");
    if (context === null) return;
    const { width, height } = this.canvas;
    context.setTransform(1, 0, 0, 1, 0, 0);
    context.globalCompositeOperation = "copy";
    context.drawImage(this.canvas, dx, dy);
    context.globalCompositeOperation = "source-over";
    const beside = dx > 0 ? [0, dx] : [width + dx, width];
    const above = dy > 0 ? [0, dy] : [height + dy, height];
    for (const [left, top, right, bottom] of [
      [beside[0], 0, beside[1], height],
      [0, above[0], width, above[1]],
    ] as [number, number, number, number][]) {
      if (left >= right || top >= bottom) continue;
      context.save();
      context.setTransform(1, 0, 0, 1, 0, 0);
      context.beginPath();
      context.rect(left, top, right - left, bottom - top);
      context.clip();
      // Where the two strips cross, one may have been drawn.
      context.clearRect(left, top, right - left, bottom - top);
      draw(context, this.strip(left, top, right, bottom));
      context.restore();
    }
  }
}

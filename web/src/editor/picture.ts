/** The picture under the drawing: a small one first, a larger one where the zoom is worth it. */
import type { Viewport } from "@/shapes/imageView";

import type { EditorPicture } from "./handle";

/** From so many screen pixels per pixel of the picture on, its pixels are shown as squares. */
const SQUARES = 3;
const MOST_STRETCHED = 2;

export class Picture {
  private shown: EditorPicture | null = null;
  private isLarge = false;
  /** Pixels of the picture per pixel of the image. */
  private scale = 1;
  /** The zoom at which the browser painted it last. */
  private painted = 1;

  constructor(
    private readonly element: HTMLImageElement,
    private readonly onShown: (shown: boolean) => void,
  ) {}

  show(picture: EditorPicture): void {
    if (this.shown?.url === picture.url) return;
    this.shown = picture;
    this.isLarge = false;
    const { element } = this;
    element.src = picture.url;
    element.decode().then(
      () => this.arrived(picture),
      () => {
        if (this.shown === picture) this.onShown(false);
      },
    );
  }

  private arrived(picture: EditorPicture): void {
    if (this.shown !== picture) return;
    this.scale = this.element.naturalWidth / picture.widthPx;
    this.onShown(true);
  }

  /** isMoving: the view moves; what was painted is then only stretched, unless it is stretched far. */
  place({ zoom, corner }: Viewport, density: number, isMoving: boolean): void {
    const { style } = this.element;
    const { shown } = this;
    if (shown === null) return;
    const stretch = zoom / this.painted;
    if (!isMoving || stretch > MOST_STRETCHED || stretch < 1 / MOST_STRETCHED) this.painted = zoom;
    style.width = `${shown.widthPx * this.painted}px`;
    style.height = `${shown.heightPx * this.painted}px`;
    style.transform = `translate(${corner.x}px, ${corner.y}px) scale(${zoom / this.painted})`;
    style.imageRendering = zoom / this.scale >= SQUARES ? "pixelated" : "auto";
    if (zoom * density > this.scale) this.sharpen();
  }

  /** The larger picture takes the place of the small one when it is decoded; until then, and if it never comes, the small one stays. */
  private sharpen(): void {
    const { shown, element } = this;
    const url = shown?.largeUrl ?? null;
    if (this.isLarge || url === null) return;
    this.isLarge = true;
    const large = new Image();
    large.src = url;
    large.decode().then(
      () => {
        if (this.shown !== shown || shown === null) return;
        element.src = url;
        this.scale = large.naturalWidth / shown.widthPx;
      },
      () => {
        if (this.shown === shown) this.isLarge = false;
      },
    );
  }
}

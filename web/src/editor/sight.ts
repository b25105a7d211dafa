/** Which part of the image is seen, and how large. */
import {
  atOneToOne,
  fitted,
  imagePx,
  panned,
  screenPoint,
  screenPx,
  toImage,
  zoomedAt,
  type ImagePx,
  type ScreenPoint,
  type ScreenPx,
  type Size,
  type Viewport,
} from "@/shapes/imageView";
import type { Edges } from "@/shapes/shape";

/** So long after its last move the view rests. */
export const REST_MS = 150;
/** A shape that is brought into view is at least this large there, but for a zoom of 8. */
const SEEN_PX = 24;
const BROUGHT_PX = 64;
const BROUGHT_ZOOM = 8;

export class Sight {
  /** As it is drawn: the corner on whole pixels of the screen, so that a drawing can be shifted instead of redrawn. */
  view: Viewport = { zoom: 1, corner: screenPoint(0, 0) };
  /** Not rounded, so that many small steps add up to nothing. */
  private exact: Viewport = this.view;
  size: Size<ScreenPx> = { width: screenPx(0), height: screenPx(0) };
  private image: Size<ImagePx> = { width: imagePx(1), height: imagePx(1) };
  /** Pixels of the screen per CSS pixel. */
  private density = 1;
  private fits = true;
  private movedAt = -Infinity;

  constructor(private readonly changed: () => void) {}

  /** The view moves: what is costly and hardly seen meanwhile can wait. */
  get isMoving(): boolean {
    return performance.now() - this.movedAt < REST_MS;
  }

  /** Another image is shown whole; the same one stays as it is seen. */
  showImage(widthPx: number, heightPx: number, isOther: boolean): void {
    this.image = { width: imagePx(widthPx), height: imagePx(heightPx) };
    if (isOther) this.fit();
  }

  resize(width: number, height: number, density: number): void {
    this.density = density;
    this.size = { width: screenPx(width), height: screenPx(height) };
    if (this.fits) this.fit();
    else this.look(panned(this.exact, this.image, this.size, screenPoint(0, 0)));
  }

  private look(view: Viewport): void {
    this.exact = view;
    const whole = (px: number) => Math.round(px * this.density) / this.density;
    this.view = { zoom: view.zoom, corner: screenPoint(whole(view.corner.x), whole(view.corner.y)) };
    this.changed();
  }

  private move(view: Viewport): void {
    this.fits = false;
    this.movedAt = performance.now();
    this.look(view);
  }

  fit(): void {
    this.fits = true;
    this.look(fitted(this.image, this.size));
  }

  oneToOne(): void {
    this.move(atOneToOne(this.image, this.size));
  }

  pan(dx: number, dy: number): void {
    this.move(panned(this.exact, this.image, this.size, screenPoint(dx, dy)));
  }

  /** at: null for the middle. */
  zoomAt(factor: number, at: ScreenPoint | null): void {
    const middle = screenPoint(this.size.width / 2, this.size.height / 2);
    this.move(zoomedAt(this.exact, this.image, this.size, at ?? middle, factor));
  }

  /** Brings a part of the image into view, and near enough to be seen. */
  reveal([left, top, right, bottom]: Edges): void {
    const [seenLeft, seenTop, seenRight, seenBottom] = this.visible();
    const extent = Math.max(right - left, bottom - top);
    const isInside = left >= seenLeft && top >= seenTop && right <= seenRight && bottom <= seenBottom;
    if (isInside && extent * this.view.zoom >= SEEN_PX) return;
    const room = Math.min(this.size.width, this.size.height);
    const zoom = Math.max(
      Math.min(this.view.zoom, room / extent),
      Math.min(BROUGHT_PX / extent, BROUGHT_ZOOM),
    );
    const corner = screenPoint(
      this.size.width / 2 - ((left + right) / 2) * zoom,
      this.size.height / 2 - ((top + bottom) / 2) * zoom,
    );
    this.move(panned({ zoom, corner }, this.image, this.size, screenPoint(0, 0)));
  }

  /** The part of the image's plane in view. */
  visible(): Edges {
    const { x: left, y: top } = toImage(this.view, screenPoint(0, 0));
    const { x: right, y: bottom } = toImage(this.view, screenPoint(this.size.width, this.size.height));
    return [left, top, right, bottom];
  }
}

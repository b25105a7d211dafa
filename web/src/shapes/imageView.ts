/** Where an image lies in the view: zoom and pan. Pure geometry; image pixels and screen pixels have their own types. */

/** Pixels of the original image; 0 is its left or top edge. */
export type ImagePx = number & { readonly unit: "image px" };
/** Pixels on the user's screen (CSS pixels), from the left or top edge of the view. */
export type ScreenPx = number & { readonly unit: "screen px" };

export interface Point<U> {
  readonly x: U;
  readonly y: U;
}

export type ImagePoint = Point<ImagePx>;
export type ScreenPoint = Point<ScreenPx>;

export interface Size<U> {
  readonly width: U;
  readonly height: U;
}

export interface Viewport {
  /** Screen pixels per image pixel. */
  readonly zoom: number;
  /** Where the image's top left corner is on the screen. */
  readonly corner: Point<ScreenPx>;
}

export const imagePx = (value: number): ImagePx => value as ImagePx;
export const imagePoint = (x: number, y: number): ImagePoint => ({ x: imagePx(x), y: imagePx(y) });
export const screenPoint = (x: number, y: number): ScreenPoint => ({ x: screenPx(x), y: screenPx(y) });
export const screenPx = (value: number): ScreenPx => value as ScreenPx;

/** A small image is shown at most this much enlarged when fitted. */
const LARGEST_FIT = 4;
const LARGEST_ZOOM = 32;
/** Free space around a fitted image, screen pixels. */
const MARGIN = 16;

const centred = (image: Size<ImagePx>, view: Size<ScreenPx>, zoom: number): Viewport => ({
  zoom,
  corner: {
    x: screenPx((view.width - image.width * zoom) / 2),
    y: screenPx((view.height - image.height * zoom) / 2),
  },
});

/** The whole image, as large as the view allows with some space around it. */
export const fitted = (image: Size<ImagePx>, view: Size<ScreenPx>): Viewport => {
  const free = { width: Math.max(view.width - 2 * MARGIN, 1), height: Math.max(view.height - 2 * MARGIN, 1) };
  return centred(image, view, Math.min(free.width / image.width, free.height / image.height, LARGEST_FIT));
};

/** One image pixel on one screen pixel, about the middle of the view. */
export const atOneToOne = (image: Size<ImagePx>, view: Size<ScreenPx>): Viewport => centred(image, view, 1);

export const toImage = (viewport: Viewport, point: Point<ScreenPx>): Point<ImagePx> => ({
  x: imagePx((point.x - viewport.corner.x) / viewport.zoom),
  y: imagePx((point.y - viewport.corner.y) / viewport.zoom),
});

export const toScreen = (viewport: Viewport, point: Point<ImagePx>): Point<ScreenPx> => ({
  x: screenPx(point.x * viewport.zoom + viewport.corner.x),
  y: screenPx(point.y * viewport.zoom + viewport.corner.y),
});

/** Along one axis: centred where the image is smaller than the view, else without a gap at either edge. */
const kept = (corner: number, shown: number, view: number): ScreenPx =>
  screenPx(shown <= view ? (view - shown) / 2 : Math.min(Math.max(corner, view - shown), 0));

/** The same zoom, with the image never dragged out of sight. */
export const keptInView = (viewport: Viewport, image: Size<ImagePx>, view: Size<ScreenPx>): Viewport => ({
  zoom: viewport.zoom,
  corner: {
    x: kept(viewport.corner.x, image.width * viewport.zoom, view.width),
    y: kept(viewport.corner.y, image.height * viewport.zoom, view.height),
  },
});

/** Zooms by a factor; what lies under `at` stays there as far as the edges allow. Never smaller than fitted. */
export const zoomedAt = (
  viewport: Viewport,
  image: Size<ImagePx>,
  view: Size<ScreenPx>,
  at: Point<ScreenPx>,
  factor: number,
): Viewport => {
  const least = Math.min(fitted(image, view).zoom, 1);
  const zoom = Math.min(Math.max(viewport.zoom * factor, least), LARGEST_ZOOM);
  const under = toImage(viewport, at);
  const corner = { x: screenPx(at.x - under.x * zoom), y: screenPx(at.y - under.y * zoom) };
  return keptInView({ zoom, corner }, image, view);
};

export const panned = (
  viewport: Viewport,
  image: Size<ImagePx>,
  view: Size<ScreenPx>,
  by: Point<ScreenPx>,
): Viewport => {
  const corner = { x: screenPx(viewport.corner.x + by.x), y: screenPx(viewport.corner.y + by.y) };
  return keptInView({ zoom: viewport.zoom, corner }, image, view);
};

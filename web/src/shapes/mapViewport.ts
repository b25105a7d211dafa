/** What part of the map the canvas shows. */
import { onMap, onScreen, type MapUnit, type Point, type ScreenPx } from "./mapUnits";

export interface Viewport {
  readonly centre: Point<MapUnit>;
  /** Screen pixels per map radius, the same in both directions. */
  readonly scale: number;
  readonly width: ScreenPx;
  readonly height: ScreenPx;
}

/** Left, bottom, right, top in map radii. */
export type Bounds = readonly [number, number, number, number];

export const SMALLEST_SCALE = 20;
export const LARGEST_SCALE = 400_000;

const clampScale = (scale: number): number => Math.min(LARGEST_SCALE, Math.max(SMALLEST_SCALE, scale));

export const toScreen = (view: Viewport, at: Point<MapUnit>): Point<ScreenPx> =>
  onScreen(
    view.width / 2 + (at.x - view.centre.x) * view.scale,
    view.height / 2 - (at.y - view.centre.y) * view.scale,
  );

export const toMap = (view: Viewport, at: Point<ScreenPx>): Point<MapUnit> =>
  onMap(
    view.centre.x + (at.x - view.width / 2) / view.scale,
    view.centre.y - (at.y - view.height / 2) / view.scale,
  );

/** The view moved with the hand: what was below the pointer stays below it. */
export const panBy = (view: Viewport, dx: number, dy: number): Viewport => ({
  ...view,
  centre: onMap(view.centre.x - dx / view.scale, view.centre.y + dy / view.scale),
});

/** Zoomed by `factor` (above 1: closer) with the place at `at` kept where it is. */
export const zoomAt = (view: Viewport, at: Point<ScreenPx>, factor: number): Viewport => {
  const fixed = toMap(view, at);
  const closer = { ...view, scale: clampScale(view.scale * factor) };
  const moved = toScreen(closer, fixed);
  return panBy(closer, at.x - moved.x, at.y - moved.y);
};

const MARGIN = 48;

/** Everything inside `bounds`, with a margin around it; `covered`: screen pixels at the left that something lies on. */
export const fitTo = (bounds: Bounds, width: number, height: number, covered = 0): Viewport => {
  const [left, bottom, right, top] = bounds;
  const wide = Math.max(right - left, 1e-3);
  const high = Math.max(top - bottom, 1e-3);
  const room = (side: number): number => Math.max(side - 2 * MARGIN, 16);
  const scale = clampScale(Math.min(room(width - covered) / wide, room(height) / high));
  return {
    centre: onMap((left + right - covered / scale) / 2, (bottom + top) / 2),
    scale,
    width: width as ScreenPx,
    height: height as ScreenPx,
  };
};

export const resized = (view: Viewport, width: number, height: number): Viewport => ({
  ...view,
  width: width as ScreenPx,
  height: height as ScreenPx,
});

/** The part of the map on screen, `margin` pixels more on each side. */
export const boundsOf = (view: Viewport, margin = 0): Bounds => {
  const lowerLeft = toMap(view, onScreen(-margin, view.height + margin));
  const upperRight = toMap(view, onScreen(view.width + margin, -margin));
  return [lowerLeft.x, lowerLeft.y, upperRight.x, upperRight.y];
};

/** The smallest box around points x0, y0, x1, y1, ...; one radius around the origin when there are none. */
export const boundsOfPoints = (xy: Float32Array): Bounds => {
  if (xy.length === 0) return [-1, -1, 1, 1];
  let [left, bottom, right, top] = [Infinity, Infinity, -Infinity, -Infinity];
  for (let i = 0; i < xy.length; i += 2) {
    const x = xy[i] ?? 0;
    const y = xy[i + 1] ?? 0;
    if (x < left) left = x;
    if (x > right) right = x;
    if (y < bottom) bottom = y;
    if (y > top) top = y;
  }
  return [left, bottom, right, top];
};

/** Two planes that must not be mixed: the map, whose radius is 1 in the first round, and the screen. */

/** Map radii; x grows to the right, y upwards. */
export type MapUnit = number & { readonly unit: "map radius" };
/** CSS pixels from the left or top edge of the canvas; y grows downwards. */
export type ScreenPx = number & { readonly unit: "screen px" };

export interface Point<U> {
  readonly x: U;
  readonly y: U;
}

export const onMap = (x: number, y: number): Point<MapUnit> => ({ x: x as MapUnit, y: y as MapUnit });
export const onScreen = (x: number, y: number): Point<ScreenPx> => ({ x: x as ScreenPx, y: y as ScreenPx });

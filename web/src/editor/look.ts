/** Colours and sizes of what is drawn on pictures; screen pixels. */

export const LOOK = {
  /** Under every line, so that colours are readable on light and dark pictures. */
  halo: "rgb(0 0 0 / 55%)",
  haloPx: 1,
  linePx: 1.75,
  chosenPx: 2.5,
  /** Half the side of a vertex. */
  vertexPx: 4,
  /** A vertex or side this near counts as touched. */
  reachPx: 8,
  knobPx: 24,
  keypointPx: 4.5,
  dash: [6, 4],
  /** Opacity of what is inside of polygons and masks. */
  fill: 0.22,
  chosenFill: 0.3,
  offeredFill: 0.1,
  offeredLine: 0.8,
  noClass: "#ffffff",
} as const;

/** A colour "#rrggbb" as red, green, blue. */
export const channels = (colour: string): readonly [number, number, number] => {
  const value = Number.parseInt(colour.slice(1), 16);
  return [(value >> 16) & 255, (value >> 8) & 255, value & 255];
};

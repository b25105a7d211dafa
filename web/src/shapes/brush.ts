/** A brush: a round tip drawn along a stroke, as polygons whose union it paints. */
import { onMap, type MapUnit, type Point } from "./mapUnits";
import type { Polygon } from "./polygon";

const CAP_CORNERS = 8;

/** Around the tip at both ends of one straight piece of a stroke; a regular polygon when both ends are one. */
const capsule = (from: Point<MapUnit>, to: Point<MapUnit>, radius: number): Polygon => {
  const heading = Math.atan2(to.y - from.y, to.x - from.x);
  const cap = (centre: Point<MapUnit>, start: number): Polygon =>
    Array.from({ length: CAP_CORNERS + 1 }, (_, i) => {
      const angle = start + (i * Math.PI) / CAP_CORNERS;
      return onMap(centre.x + radius * Math.cos(angle), centre.y + radius * Math.sin(angle));
    });
  return [...cap(to, heading - Math.PI / 2), ...cap(from, heading + Math.PI / 2)];
};

/** One polygon per straight piece; a point is painted when any of them holds it. */
export const brushed = (stroke: Polygon, radius: number): Polygon[] => {
  const [first] = stroke;
  if (first === undefined) return [];
  if (stroke.length === 1) return [capsule(first, first, radius)];
  return stroke.slice(1).map((to, i) => capsule(stroke[i] ?? first, to, radius));
};

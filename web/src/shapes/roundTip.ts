/** The round tip of brush and eraser, drawn along a straight piece of a stroke. */
import type { ImagePoint } from "./imageView";
import { SpanWriter, type Spans } from "./spans";

interface Interval {
  low: number;
  high: number;
}

const reach = (seen: Interval, low: number, high: number): void => {
  seen.low = Math.min(seen.low, low);
  seen.high = Math.max(seen.high, high);
};

/** Widens `seen` by where a column meets the disc about a point. */
const meetDisc = (seen: Interval, x: number, centre: ImagePoint, radius: number): void => {
  const square = radius * radius - (x - centre.x) ** 2;
  if (square < 0) return;
  reach(seen, centre.y - Math.sqrt(square), centre.y + Math.sqrt(square));
};

/** Widens `seen` by where a column meets an edge. */
const meetEdge = (seen: Interval, x: number, ax: number, ay: number, bx: number, by: number): void => {
  if (ax === bx || x < Math.min(ax, bx) || x > Math.max(ax, bx)) return;
  const y = ay + ((x - ax) / (bx - ax)) * (by - ay);
  reach(seen, y, y);
};

/**
 * Pixels whose centre is within `radius` image pixels of the line from one point to another, and the pixels under
 * both ends, so that the thinnest tip still paints. Exact: it covers one stretch of each column, as it is convex.
 */
export const tipSpans = (
  from: ImagePoint,
  to: ImagePoint,
  radius: number,
  width: number,
  height: number,
): Spans => {
  const writer = new SpanWriter(width, height);
  const length = Math.hypot(to.x - from.x, to.y - from.y);
  const [nx, ny] =
    length === 0 ? [0, 0] : [(-(to.y - from.y) / length) * radius, ((to.x - from.x) / length) * radius];
  const first = Math.floor(Math.min(from.x, to.x) - radius);
  const last = Math.floor(Math.max(from.x, to.x) + radius);
  for (let column = Math.max(first, 0); column <= Math.min(last, width - 1); column++) {
    const x = column + 0.5;
    const seen = { low: Infinity, high: -Infinity };
    meetDisc(seen, x, from, radius);
    meetDisc(seen, x, to, radius);
    if (length > 0) {
      meetEdge(seen, x, from.x + nx, from.y + ny, to.x + nx, to.y + ny);
      meetEdge(seen, x, from.x - nx, from.y - ny, to.x - nx, to.y - ny);
    }
    let [top, bottom] = [Math.ceil(seen.low - 0.5), Math.floor(seen.high - 0.5) + 1];
    for (const end of [from, to]) {
      if (Math.floor(end.x) !== column) continue;
      top = Math.min(top, Math.floor(end.y));
      bottom = Math.max(bottom, Math.floor(end.y) + 1);
    }
    if (top < bottom) writer.add(column, top, bottom);
  }
  return writer.spans();
};

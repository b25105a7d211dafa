/** What a hand marks on the map: as the images it holds, and as the server is told. */
import { brushed } from "@/shapes/brush";
import type { Point, MapUnit } from "@/shapes/mapUnits";
import { forEachInside, simplified, type Polygon } from "@/shapes/polygon";
import type { Bounds } from "@/shapes/mapViewport";
import type { Selector } from "@/store/selector";

import type { Layout } from "./layout";

export type Tool = "pan" | "lasso" | "rectangle" | "brush";
export type Mode = "replace" | "add" | "subtract";

export interface Chosen {
  selector: Selector;
  imageIds: Uint32Array;
  /** "by lasso on round 3". */
  words: string;
}

/** A lasso keeps every corner that stands out by more than this many screen pixels. */
const TOLERANCE_PX = 0.75;

const asCorners = (polygon: Polygon): [number, number][] => polygon.map(({ x, y }) => [x, y]);

const pointsInside = (layout: Layout, polygons: readonly Polygon[]): Uint32Array => {
  const hit = new Uint8Array(layout.imageIds.length);
  for (const polygon of polygons) forEachInside(polygon, layout.xy, (i) => (hit[i] = 1));
  return layout.imageIds.filter((_, i) => hit[i] === 1);
};

/** What polygons hold; a preview has no number that the server knows, so there the images themselves are told. */
const chosenBy = (layout: Layout, polygons: readonly Polygon[], by: string): Chosen => {
  const imageIds = pointsInside(layout, polygons);
  const { round } = layout;
  if (round === null)
    return { selector: { images: [...imageIds] }, imageIds, words: `by ${by} on a preview` };
  const lassos = polygons.map((polygon): Selector => ({ lasso: asCorners(polygon), round }));
  const [only] = lassos;
  const selector = lassos.length === 1 && only !== undefined ? only : { add: lassos };
  return { selector, imageIds, words: `by ${by} on round ${round}` };
};

/** scale: screen pixels per map radius at which the hand drew. */
export const byLasso = (layout: Layout, stroke: Polygon, scale: number): Chosen =>
  chosenBy(layout, [simplified(stroke, TOLERANCE_PX / scale)], "lasso");

/** radius: of the brush, in map radii. */
export const byBrush = (layout: Layout, stroke: Polygon, radius: number): Chosen =>
  chosenBy(layout, brushed(simplified(stroke, radius / 4), radius), "brush");

export const byRectangle = (layout: Layout, from: Point<MapUnit>, to: Point<MapUnit>): Chosen => {
  const [left, right] = [Math.min(from.x, to.x), Math.max(from.x, to.x)];
  const [bottom, top] = [Math.min(from.y, to.y), Math.max(from.y, to.y)];
  const box: Bounds = [left, bottom, right, top];
  const imageIds = Uint32Array.from(layout.grid.within(box), (i) => layout.imageIds[i] ?? 0).sort();
  const words = layout.round === null ? "by rectangle on a preview" : `by rectangle on round ${layout.round}`;
  if (layout.round === null) return { selector: { images: [...imageIds] }, imageIds, words };
  return { selector: { rectangle: [left, bottom, right, top], round: layout.round }, imageIds, words };
};

export const byIsland = (layout: Layout, island: number, name: string): Chosen => {
  const imageIds = layout.imageIds.filter((_, i) => layout.islands[i] === island);
  const words = `island "${name}"`;
  if (layout.round === null) return { selector: { images: [...imageIds] }, imageIds, words };
  return { selector: { island, round: layout.round }, imageIds, words };
};

export const byHand = (imageIds: Iterable<number>, words: string): Chosen => {
  const ids = Uint32Array.from(imageIds);
  return { selector: { images: [...ids] }, imageIds: ids, words };
};

const joined = (now: Selector, next: Selector): Selector => {
  const plainSum = "add" in now && now.subtract === undefined && now.leave_out === undefined;
  return { add: plainSum ? [...now.add, next] : [now, next] };
};

const taken = (now: Selector, away: Selector): Selector => {
  if ("add" in now && now.leave_out === undefined)
    return { ...now, subtract: [...(now.subtract ?? []), away] };
  return { add: [now], subtract: [away] };
};

/** The selection after one more gesture, in the mode that the hand or the toolbar says. */
export const combined = (now: Chosen | null, next: Chosen, mode: Mode): Chosen => {
  if (now === null) return mode === "subtract" ? byHand([], next.words) : next;
  const marked = new Set(next.imageIds);
  switch (mode) {
    case "replace":
      return next;
    case "add": {
      for (const id of now.imageIds) marked.delete(id);
      const imageIds = Uint32Array.from([...now.imageIds, ...marked]);
      return { selector: joined(now.selector, next.selector), imageIds, words: now.words };
    }
    case "subtract": {
      const imageIds = now.imageIds.filter((id) => !marked.has(id));
      return { selector: taken(now.selector, next.selector), imageIds, words: now.words };
    }
  }
};

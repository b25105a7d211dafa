/** The upper layer: what is chosen, under the pointer or being drawn, and what is said of it. */
import type { Hand, Touch } from "@/editor/hands/hand";
import type { Item } from "@/editor/scene";
import { boundsOf } from "@/shapes/measure";
import type { Shape } from "@/shapes/shape";

import { paintOne, type ClassLooks } from "./layers";
import type { Pen } from "./pen";

/** With more chosen than this, only the one under the pointer is named. */
const MOST_TAGS = 20;

export interface Active {
  readonly hand: Hand;
  readonly touch: Touch | null;
  readonly chosen: readonly Item[];
  readonly hovered: Item | null;
  /** What a shape is while it is being changed. */
  readonly replaced: (key: string) => Shape | undefined;
  readonly looks: ClassLooks;
  readonly widthPx: number;
  readonly heightPx: number;
}

export const paintActive = (pen: Pen, active: Active): void => {
  const { hand, touch, chosen, hovered, replaced, looks } = active;
  for (const item of chosen) {
    if (hand.paints?.has(item.key) === true) continue;
    const shape = replaced(item.key) ?? item.shape;
    paintOne(pen, shape, item.classId, "chosen", looks, item.offered !== null);
  }
  const stranger = hovered === null || chosen.includes(hovered) ? null : hovered;
  if (stranger !== null) {
    paintOne(pen, stranger.shape, stranger.classId, "hovered", looks, stranger.offered !== null);
  }
  pen.onScreen();
  if (touch !== null && hand.crosshair === true) paintCrosshair(pen, touch, active);
  hand.paint?.(pen, touch);
  if (stranger !== null) paintTag(pen, stranger, stranger.shape, active);
  if (chosen.length > MOST_TAGS) return;
  for (const item of chosen) paintTag(pen, item, replaced(item.key) ?? item.shape, active);
};

const paintTag = (pen: Pen, item: Item, shape: Shape, { looks, widthPx }: Active): void => {
  const [left, top] = boundsOf(shape);
  const { classId, offered } = item;
  const sure = offered === null ? "" : ` ${Math.round(offered.confidence * 100)} %`;
  pen.tag(pen.at([left, top]), `${looks.name(classId)}${sure}`, looks.colour(classId), widthPx);
};

const paintCrosshair = (pen: Pen, { screen }: Touch, { widthPx, heightPx }: Active): void => {
  const { context } = pen;
  const [x, y] = [Math.round(screen.x) + 0.5, Math.round(screen.y) + 0.5];
  for (const [width, style] of [
    [3, "rgb(0 0 0 / 35%)"],
    [1, "rgb(255 255 255 / 85%)"],
  ] as const) {
    context.beginPath();
    context.moveTo(0, y);
    context.lineTo(widthPx, y);
    context.moveTo(x, 0);
    context.lineTo(x, heightPx);
    context.lineWidth = width;
    context.strokeStyle = style;
    context.stroke();
  }
};

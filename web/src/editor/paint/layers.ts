/** The two layers over the picture: what is settled, and what the hand is at. */
import { LOOK } from "@/editor/look";
import type { Item } from "@/editor/scene";
import { boundsOf } from "@/shapes/measure";
import type { Shape, Skeleton } from "@/shapes/shape";

import type { Pen, State } from "./pen";

export interface ClassLooks {
  colour: (classId: number) => string;
  name: (classId: number) => string;
  skeleton: (classId: number) => Skeleton | undefined;
}

/** So many outlines are drawn without halos while the view moves. */
const MANY = 1500;

/** Smaller than this on the screen, a shape is a dot. */
const DOT_PX = 2;

const isDot = (shape: Shape, zoom: number): boolean => {
  if (shape.kind === "keypoints") return false;
  const [left, top, right, bottom] = boundsOf(shape);
  return Math.max(right - left, bottom - top) * zoom < DOT_PX;
};

const byColour = (items: readonly Item[], looks: ClassLooks): Map<string, Shape[]> => {
  const groups = new Map<string, Shape[]>();
  for (const { classId, shape } of items) {
    const colour = looks.colour(classId);
    const group = groups.get(colour);
    if (group === undefined) groups.set(colour, [shape]);
    else group.push(shape);
  }
  return groups;
};

const paintOutlined = (pen: Pen, items: readonly Item[], looks: ClassLooks, linePx: number): void => {
  const groups = byColour(items, looks);
  if (pen.hurried && items.length > MANY) pen.isRough = true;
  else for (const shapes of groups.values()) pen.halos(shapes, linePx);
  for (const [colour, shapes] of groups) pen.outlines(shapes, colour, linePx);
};

/** Instances and proposals that nobody touches just now. */
export const paintSettled = (pen: Pen, items: readonly Item[], looks: ClassLooks): void => {
  const { context, view } = pen;
  pen.onScreen();
  const shown: Item[] = [];
  for (const item of items) {
    const { shape, classId, offered } = item;
    if (isDot(shape, view.zoom)) {
      const [left, top] = boundsOf(shape);
      context.fillStyle = looks.colour(classId);
      context.fillRect(pen.x(left), pen.y(top), DOT_PX, DOT_PX);
      continue;
    }
    const state = offered === null ? "settled" : "offered";
    if (shape.kind === "mask") pen.mask(shape, looks.colour(classId), state);
    else {
      if (shape.kind === "polygon") {
        pen.fill(shape, looks.colour(classId), offered === null ? LOOK.fill : LOOK.offeredFill);
      }
      shown.push(item);
    }
  }
  paintOutlined(
    pen,
    shown.filter(({ offered }) => offered === null),
    looks,
    LOOK.linePx,
  );
  const proposals = shown.filter(({ offered }) => offered !== null);
  context.setLineDash([...LOOK.dash]);
  context.globalAlpha = LOOK.offeredLine;
  paintOutlined(pen, proposals, looks, LOOK.linePx);
  context.setLineDash([]);
  for (const { shape, classId, offered } of shown) {
    if (shape.kind !== "keypoints") continue;
    context.globalAlpha = offered === null ? 1 : LOOK.offeredLine;
    pen.skeleton(shape, looks.colour(classId), looks.skeleton(classId), LOOK.linePx);
  }
  context.globalAlpha = 1;
};

/** One shape that stands out: chosen, under the pointer or being drawn. */
export const paintOne = (
  pen: Pen,
  shape: Shape,
  classId: number,
  state: State,
  looks: ClassLooks,
  dashed: boolean,
): void => {
  const colour = looks.colour(classId);
  const linePx = state === "chosen" ? LOOK.chosenPx : LOOK.linePx + 0.5;
  pen.onScreen();
  if (shape.kind === "mask") {
    pen.mask(shape, colour, state);
    return;
  }
  if (state === "chosen" || shape.kind === "polygon") {
    pen.fill(shape, colour, shape.kind === "polygon" ? LOOK.chosenFill : LOOK.offeredFill);
  }
  if (dashed) pen.context.setLineDash([...LOOK.dash]);
  pen.halos([shape], linePx);
  pen.outlines([shape], colour, linePx);
  pen.context.setLineDash([]);
  if (shape.kind === "keypoints") pen.skeleton(shape, colour, looks.skeleton(classId), linePx);
};

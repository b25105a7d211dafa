import { useEffect, useState } from "react";

import type { EditorHandle, Tool } from "@/editor/handle";
import type { ProjectClass } from "@/store/classes";
import { NOT_MEANT, useKeys } from "@/store/keys/board";
import { classHandlers } from "@/store/keys/classKeys";
import type { DrawKey } from "@/store/keys/drawActions";

/** What keys ask beyond what the drawing itself can do. */
export interface DrawDeeds {
  give: (classId: number) => void;
  accept: () => void;
  finish: () => void;
  reject: () => void;
  skip: () => void;
  unclear: () => void;
  reopen: () => void;
  next: () => void;
  previous: () => void;
  tool: (tool: Tool) => void;
  hide: () => void;
  lock: () => void;
  occluded: () => void;
  search: () => void;
}

const ZOOM_STEP = 1.25;
const FAR_PX = 10;

/** Whether the browser moves the focus by this press: outside of the drawing it does. */
const isOutside = ({ target }: KeyboardEvent): boolean =>
  target instanceof HTMLElement && target !== document.body && target.closest("[role=application]") === null;

type Handler = (event: KeyboardEvent) => unknown;

/** Does it, or leaves the key to whoever else means something by it. */
const orElse = (done: boolean | undefined): unknown => (done === true ? undefined : NOT_MEANT);

const handlers = (deeds: DrawDeeds, hand: () => EditorHandle | null): Partial<Record<DrawKey, Handler>> => {
  /** A key that is held down does it once. */
  const once = (deed: () => unknown): Handler => {
    return (event) => (event.repeat ? undefined : deed());
  };
  const nudge = (dx: number, dy: number, otherwise?: () => void): Handler => {
    return () => {
      if (hand()?.nudge(dx, dy) === true) return undefined;
      if (otherwise === undefined) return NOT_MEANT;
      otherwise();
      return undefined;
    };
  };
  const step = (by: 1 | -1): Handler => {
    return (event) => (isOutside(event) ? NOT_MEANT : orElse(hand()?.nextShape(by)));
  };
  return {
    next: deeds.next,
    previous: deeds.previous,
    right: nudge(1, 0, deeds.next),
    left: nudge(-1, 0, deeds.previous),
    up: nudge(0, -1),
    down: nudge(0, 1),
    "right-10": nudge(FAR_PX, 0),
    "left-10": nudge(-FAR_PX, 0),
    "up-10": nudge(0, -FAR_PX),
    "down-10": nudge(0, FAR_PX),
    accept: once(() => {
      if (hand()?.finish() !== true && hand()?.acceptSelected() !== true) deeds.accept();
    }),
    finish: once(deeds.finish),
    reject: once(() => {
      if (hand()?.rejectSelected() !== true) deeds.reject();
    }),
    skip: once(deeds.skip),
    unclear: once(deeds.unclear),
    reopen: once(deeds.reopen),
    delete: () => orElse(hand()?.deleteSelected()),
    back: () => orElse(hand()?.undoVertex() === true || hand()?.deleteSelected() === true),
    cancel: () => orElse(hand()?.cancel()),
    select: () => deeds.tool("select"),
    pan: () => deeds.tool("pan"),
    box: () => deeds.tool("box"),
    "rotated-box": () => deeds.tool("rotated-box"),
    polygon: () => deeds.tool("polygon"),
    keypoints: () => deeds.tool("keypoints"),
    brush: () => deeds.tool("brush"),
    eraser: () => deeds.tool("eraser"),
    segment: () => deeds.tool("segment"),
    "place-hidden": () => orElse(hand()?.placeHidden()),
    larger: () => hand()?.resizeBrush(1),
    smaller: () => hand()?.resizeBrush(-1),
    "select-all": () => hand()?.selectAll(),
    "next-shape": step(1),
    "previous-shape": step(-1),
    copy: () => orElse((hand()?.copy() ?? 0) > 0),
    paste: once(() => orElse(hand()?.paste())),
    duplicate: once(() => hand()?.duplicate()),
    hide: deeds.hide,
    lock: deeds.lock,
    occluded: once(deeds.occluded),
    raise: () => orElse(hand()?.raise(1)),
    lower: () => orElse(hand()?.raise(-1)),
    "zoom-in": () => hand()?.zoom(ZOOM_STEP),
    "zoom-out": () => hand()?.zoom(1 / ZOOM_STEP),
    fit: () => hand()?.fit(),
    "one-to-one": () => hand()?.oneToOne(),
    "class-search": once(deeds.search),
  };
};

/** The keys of drawing or, with `review`, of reviewing what is proposed. Gives whether the image is peeked at. */
export const useDrawKeys = (
  review: boolean,
  all: readonly ProjectClass[],
  deeds: DrawDeeds,
  hand: () => EditorHandle | null,
): boolean => {
  const [peek, setPeek] = useState(false);
  const scope = review ? "draw-review" : "draw";
  const named = Object.entries(handlers(deeds, hand)).map(([key, handler]) => [`${scope}.${key}`, handler]);
  const keys = {
    ...(Object.fromEntries(named) as Record<string, Handler>),
    [`${scope}.peek`]: () => setPeek(true),
    // While a polygon or the like is begun, undo takes back its last point; else it is that of all screens.
    "global.undo": () => {
      hand()?.flush();
      return orElse(hand()?.undoVertex());
    },
  };
  const classKeys = new Map<string, Handler>([
    // Where no class has this key it shows the image at 100 %, as in other editors.
    ["0", () => hand()?.oneToOne()],
    ...classHandlers(all, ({ id }, event) => (event.repeat ? undefined : deeds.give(id)), true),
  ]);
  useKeys(scope, keys, classKeys);
  useEffect(() => {
    if (!peek) return;
    const end = () => setPeek(false);
    window.addEventListener("keyup", end);
    window.addEventListener("blur", end);
    return () => {
      window.removeEventListener("keyup", end);
      window.removeEventListener("blur", end);
    };
  }, [peek]);
  return peek;
};

import { useEffect, useEffectEvent, useRef, useState, type PointerEvent as ReactPointerEvent } from "react";

import { bandBetween, positionAt, spansInBand, type GridLayout, type Rect } from "./gridLayout";
import { banded, type BandMode, type Mask } from "./picking";
import { contentTop } from "./tallScroll";
import type { Scrolling } from "./useTallScroll";

export interface Hands {
  /** The rubber band in the content, while it is drawn. */
  band: Rect | null;
  /** What would be picked if the band ended now. */
  preview: Mask | null;
  onPointerDown: (event: ReactPointerEvent<HTMLDivElement>) => void;
}

interface Pointer {
  clientX: number;
  clientY: number;
}

interface Drag {
  pointer: number;
  /** Where it began, in the content. */
  x: number;
  y: number;
  mode: BandMode;
  before: Mask;
  drawn: boolean;
  last: Pointer;
}

interface Doors {
  grid: GridLayout;
  picked: Mask;
  scrolling: Scrolling;
  /** A click on a cell, or beside all cells (null). */
  onClick: (position: number | null, held: { ctrl: boolean; shift: boolean }) => void;
  onBand: (mask: Mask) => void;
}

/** Nearer to its start than this, a press is a click. CSS pixels. */
const CLICK_REACH = 5;
/** So near to an edge, the grid scrolls along. */
const EDGE = 40;
const SCROLL_PER_FRAME = 18;

/** Where the pointer is in the content. */
const inContent = (
  { scroller, place }: Scrolling,
  { clientX, clientY }: Pointer,
): { x: number; y: number } => {
  const box = scroller.current?.getBoundingClientRect();
  const top = contentTop({ ...place, scrolled: scroller.current?.scrollTop ?? 0 });
  return { x: clientX - (box?.left ?? 0), y: clientY - (box?.top ?? 0) + top };
};

/** How far to scroll in this frame, as the pointer is near an edge. */
const scrollAlong = (element: HTMLElement, { clientY }: Pointer): number => {
  const { top, bottom } = element.getBoundingClientRect();
  if (clientY < top + EDGE) return -SCROLL_PER_FRAME;
  return clientY > bottom - EDGE ? SCROLL_PER_FRAME : 0;
};

const modeOf = (event: ReactPointerEvent): BandMode => {
  if (event.altKey) return "subtract";
  return event.ctrlKey || event.metaKey || event.shiftKey ? "add" : "replace";
};

/** Clicks and the rubber band. */
export const useGridHands = ({ grid, picked, scrolling, onClick, onBand }: Doors): Hands => {
  const drag = useRef<Drag | null>(null);
  const [drawn, setDrawn] = useState<{ band: Rect; preview: Mask } | null>(null);

  const onPointerDown = (event: ReactPointerEvent<HTMLDivElement>) => {
    const element = event.currentTarget;
    if (event.button !== 0 || event.pointerType === "touch") return;
    // A press on the scroll bar is none on the grid.
    if (event.clientX - element.getBoundingClientRect().left >= element.clientWidth) return;
    const start = inContent(scrolling, event);
    const last = { clientX: event.clientX, clientY: event.clientY };
    drag.current = {
      pointer: event.pointerId,
      ...start,
      mode: modeOf(event),
      before: picked,
      drawn: false,
      last,
    };
  };

  const draw = useEffectEvent((held: Drag): Mask | null => {
    const { x, y } = inContent(scrolling, held.last);
    if (!held.drawn && Math.hypot(x - held.x, y - held.y) < CLICK_REACH) return null;
    held.drawn = true;
    const band = bandBetween(held.x, held.y, x, y);
    const preview = banded(held.before, spansInBand(grid, band), held.mode);
    setDrawn({ band, preview });
    return preview;
  });

  const finish = useEffectEvent((held: Drag, event: PointerEvent) => {
    const mask = draw(held);
    setDrawn(null);
    if (mask !== null) onBand(mask);
    else
      onClick(positionAt(grid, held.x, held.y), {
        ctrl: event.ctrlKey || event.metaKey,
        shift: event.shiftKey,
      });
  });

  const followEdge = useEffectEvent((held: Drag): boolean => {
    const element = scrolling.scroller.current;
    const by = element === null ? 0 : scrollAlong(element, held.last);
    if (element === null || by === 0) return false;
    element.scrollBy(0, by);
    draw(held);
    return true;
  });

  useEffect(() => {
    let frame = 0;
    const everyFrame = () => {
      frame = 0;
      if (drag.current?.drawn === true && followEdge(drag.current)) frame = requestAnimationFrame(everyFrame);
    };
    const onMove = (event: PointerEvent) => {
      if (event.pointerId !== drag.current?.pointer) return;
      drag.current.last = { clientX: event.clientX, clientY: event.clientY };
      draw(drag.current);
      if (frame === 0) frame = requestAnimationFrame(everyFrame);
    };
    const onUp = (event: PointerEvent) => {
      const held = drag.current;
      if (event.pointerId !== held?.pointer) return;
      drag.current = null;
      finish({ ...held, last: { clientX: event.clientX, clientY: event.clientY } }, event);
    };
    const onCancel = () => {
      drag.current = null;
      setDrawn(null);
    };
    window.addEventListener("pointermove", onMove);
    window.addEventListener("pointerup", onUp);
    window.addEventListener("pointercancel", onCancel);
    return () => {
      cancelAnimationFrame(frame);
      window.removeEventListener("pointermove", onMove);
      window.removeEventListener("pointerup", onUp);
      window.removeEventListener("pointercancel", onCancel);
    };
  }, []);

  return { band: drawn?.band ?? null, preview: drawn?.preview ?? null, onPointerDown };
};

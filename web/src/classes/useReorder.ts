import { useCallback, useEffect, useRef, useState, type KeyboardEvent, type PointerEvent } from "react";

import { moved, placeAt } from "./order";

/** This near to the edge of the list, in pixels, it scrolls while something is held. */
const EDGE_PX = 40;
const SCROLL_PX = 10;
/** Steps by key within this time are one operation. */
const PAUSE_MS = 900;

interface Held {
  id: number;
  from: number;
  to: number;
}

export interface Reorder {
  /** Ids in the order that is shown. */
  shown: readonly number[];
  held: number | null;
  onPointerDown: (id: number, event: PointerEvent) => void;
  onPointerMove: (event: PointerEvent) => void;
  onPointerUp: () => void;
  onKeyDown: (id: number, event: KeyboardEvent) => void;
  /** Sends an order made by keys at once. */
  settle: () => void;
}

const STEPS: Readonly<Record<string, (at: number, count: number) => number>> = {
  ArrowUp: (at) => at - 1,
  ArrowDown: (at) => at + 1,
  Home: () => 0,
  End: (_at, count) => count - 1,
};

/** Moves rows by hand and by keys. `onOrder` gets the new order once, when the hand is off. */
export const useReorder = ({
  ids,
  rowPx,
  scroller,
  onOrder,
  onMoved,
}: {
  ids: readonly number[];
  rowPx: number;
  scroller: () => HTMLElement | null;
  onOrder: (ids: number[]) => Promise<unknown>;
  /** For whoever does not see it: the row and its place, from 0. */
  onMoved: (id: number, place: number) => void;
}): Reorder => {
  const [held, setHeld] = useState<Held | null>(null);
  /** Made by keys or sent, until the answer is there. */
  const [wanted, setWanted] = useState<readonly number[] | null>(null);
  const pointerY = useRef(0);
  const timer = useRef<ReturnType<typeof setTimeout>>(undefined);
  /** Made by keys and not yet sent. */
  const unsent = useRef<readonly number[] | null>(null);
  const base = wanted ?? ids;
  const shown = held === null ? base : moved(base, held.from, held.to);

  const send = useCallback(
    (order: readonly number[]) => {
      setWanted(order);
      void onOrder([...order]).finally(() => setWanted(null));
    },
    [onOrder],
  );

  const placeOfPointer = useCallback(() => {
    const element = scroller();
    if (element === null) return 0;
    const top = element.getBoundingClientRect().top - element.scrollTop;
    return placeAt(pointerY.current - top, rowPx, ids.length);
  }, [scroller, rowPx, ids.length]);

  const follow = useCallback(() => {
    setHeld((now) => now && { ...now, to: placeOfPointer() });
  }, [placeOfPointer]);

  const holding = held !== null;
  useEffect(() => {
    if (!holding) return;
    const letGo = (event: globalThis.KeyboardEvent) => {
      if (event.key === "Escape") setHeld(null);
    };
    let frame = requestAnimationFrame(function scroll() {
      const element = scroller();
      const box = element?.getBoundingClientRect();
      if (element !== null && box !== undefined) {
        const down = pointerY.current > box.bottom - EDGE_PX;
        const up = pointerY.current < box.top + EDGE_PX;
        if (down || up) {
          element.scrollTop += down ? SCROLL_PX : -SCROLL_PX;
          follow();
        }
      }
      frame = requestAnimationFrame(scroll);
    });
    window.addEventListener("keydown", letGo);
    return () => {
      cancelAnimationFrame(frame);
      window.removeEventListener("keydown", letGo);
    };
  }, [holding, scroller, follow]);

  const settle = useCallback(() => {
    clearTimeout(timer.current);
    if (unsent.current !== null) send(unsent.current);
    unsent.current = null;
  }, [send]);

  // Leaving the screen is no reason to lose it.
  useEffect(() => settle, [settle]);

  return {
    shown,
    held: held?.id ?? null,
    onPointerDown: (id, event) => {
      if (event.button !== 0) return;
      event.currentTarget.setPointerCapture(event.pointerId);
      pointerY.current = event.clientY;
      const from = base.indexOf(id);
      setHeld({ id, from, to: from });
    },
    onPointerMove: (event) => {
      pointerY.current = event.clientY;
      if (holding) follow();
    },
    onPointerUp: () => {
      if (held === null) return;
      setHeld(null);
      if (held.to === held.from) return;
      onMoved(held.id, held.to);
      send(shown);
    },
    onKeyDown: (id, event) => {
      const step = STEPS[event.key];
      if (step === undefined || event.ctrlKey || event.metaKey || event.altKey) return;
      event.preventDefault();
      const from = base.indexOf(id);
      const to = Math.min(Math.max(step(from, base.length), 0), base.length - 1);
      if (to === from) return;
      unsent.current = moved(base, from, to);
      setWanted(unsent.current);
      onMoved(id, to);
      clearTimeout(timer.current);
      timer.current = setTimeout(settle, PAUSE_MS);
    },
    settle,
  };
};

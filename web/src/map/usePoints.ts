/** Keeps the points on a canvas in step with what is to be shown. */
import { useEffect, useLayoutEffect, useRef, useState, type RefObject } from "react";

import type { Viewport } from "@/shapes/mapViewport";
import { Cell, useObservable } from "@/store/observable";

import { startPlaces, type Layout } from "./layout";
import type { Painting } from "./painting";
import { PointRenderer } from "./renderer/PointRenderer";

const MOVE_MS = 900;

export interface PointsShown {
  layout: Layout;
  painting: Painting;
  marks: Uint8Array;
  dark: boolean;
}

/** Diameter of a point in CSS pixels: small among many, larger the closer one looks. */
export const pointSize = (count: number, view: Viewport, fitScale: number): number => {
  const room = Math.sqrt((view.width * view.height) / Math.max(count, 1));
  const closer = Math.max(1, Math.sqrt(view.scale / fitScale));
  return Math.min(14, Math.min(7, Math.max(2.5, room * 0.3)) * Math.min(closer, 2.4));
};

const RIM = { light: [0.106, 0.122, 0.11], dark: [1, 1, 1] } as const;

/** Draws into the canvas; gives the error that keeps it from drawing, if any. */
export const usePoints = (
  canvas: RefObject<HTMLCanvasElement | null>,
  view: Cell<Viewport>,
  fitScale: number,
  { layout, painting, marks, dark }: PointsShown,
): Error | null => {
  const renderer = useRef<PointRenderer | null>(null);
  const shown = useRef<Layout | null>(null);
  const [problem] = useState(() => new Cell<Error | null>(null));

  useLayoutEffect(() => {
    if (canvas.current === null) return;
    try {
      renderer.current = new PointRenderer(canvas.current);
    } catch (error) {
      problem.set(error instanceof Error ? error : new Error(String(error)));
    }
    return () => {
      renderer.current?.free();
      renderer.current = null;
      shown.current = null;
    };
  }, [canvas, problem]);

  useEffect(() => {
    const to = renderer.current;
    if (to === null) return;
    if (shown.current === layout) {
      to.setColours(painting.colours);
      to.setMarks(marks);
      return;
    }
    const before = shown.current;
    shown.current = layout;
    to.setPoints(layout.xy, painting.colours, marks);
    const still = window.matchMedia("(prefers-reduced-motion: reduce)").matches;
    if (before !== null && !still) to.moveFrom(startPlaces(before, layout), MOVE_MS);
  }, [layout, painting, marks]);

  useEffect(() => {
    const look = () => {
      const now = view.get();
      renderer.current?.setLook(
        pointSize(layout.imageIds.length, now, fitScale),
        RIM[dark ? "dark" : "light"],
      );
      renderer.current?.setView(now);
    };
    look();
    return view.subscribe(look);
  }, [view, dark, layout, fitScale]);

  return useObservable(problem);
};

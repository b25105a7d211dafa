import { useEffect, useMemo, useRef, useState, type ReactNode } from "react";

import { type MapUnit, type Point, type ScreenPx } from "@/shapes/mapUnits";
import { boundsOfPoints, fitTo, panBy, resized, toMap, toScreen, type Viewport } from "@/shapes/mapViewport";
import type { Polygon } from "@/shapes/polygon";
import { Cell, useObservable } from "@/store/observable";

import { Hands, type HandSettings } from "./hands";
import { pointOf, type Layout } from "./layout";
import classes from "./map.module.css";
import type { Painting } from "./painting";
import { byBrush, byHand, byLasso, byRectangle, type Chosen, type Mode, type Tool } from "./regions";
import { NoDrawing } from "./NoDrawing";
import { usePoints } from "./usePoints";

/** How near a pointer must come to a point, in screen pixels. */
const REACH_PX = 9;

export interface Hovered {
  imageId: number;
  /** Where the point is in the window. */
  left: number;
  top: number;
}

export interface MapPaneProps {
  name: string;
  layout: Layout;
  painting: Painting;
  marks: Uint8Array;
  dark: boolean;
  hand: HandSettings;
  /** The image under the pointer, of any pane. */
  hovered: Cell<Hovered | null>;
  view: Cell<Viewport>;
  /** Screen pixels at the left edge that tools lie on. */
  covered: number;
  onChoose: (chosen: Chosen, mode: Mode) => void;
  onFocus: (imageId: number) => void;
  /** What an unfinished stroke holds so far. */
  onAhead: (imageIds: Uint32Array) => void;
  /** Labels and pictures on top of the points. */
  children?: ReactNode;
}

const chosenBy = (
  layout: Layout,
  stroke: Polygon,
  tool: Tool,
  brushPx: number,
  scale: number,
): Chosen | null => {
  const [first, last] = [stroke[0], stroke.at(-1)];
  if (first === undefined || last === undefined) return null;
  if (tool === "lasso") return byLasso(layout, stroke, scale);
  if (tool === "brush") return byBrush(layout, stroke, brushPx / scale);
  return byRectangle(layout, first, last);
};

/** One map on one canvas, with the hands that work on it. */
export const MapPane = (props: MapPaneProps) => {
  const { name, layout, painting, marks, dark, hand, hovered, view, covered, children } = props;
  const frame = useRef<HTMLDivElement>(null);
  const canvas = useRef<HTMLCanvasElement>(null);
  const sketch = useRef<SVGPathElement>(null);
  const latest = useRef(props);
  useEffect(() => {
    latest.current = props;
  });
  const fitScale = useFit(frame, view, layout, covered);
  const problem = usePoints(canvas, view, fitScale, { layout, painting, marks, dark });

  useEffect(() => {
    if (frame.current === null) return undefined;
    const surface = frame.current;
    const nearest = (at: Point<MapUnit>): number | null => {
      const now = latest.current.layout;
      const point = now.grid.nearest(at, REACH_PX / view.get().scale);
      return point === null ? null : (now.imageIds[point] ?? null);
    };
    const hands = new Hands(surface, surface.parentElement ?? surface, view, () => latest.current.hand, {
      drawn: (stroke, tool, mode, seen) => {
        const { layout: now, hand: settings, onChoose: choose } = latest.current;
        const chosen = chosenBy(now, stroke, tool, settings.brushPx, seen.scale);
        if (chosen !== null) choose(chosen, mode);
      },
      drawing: (stroke, tool, seen) => {
        const { layout: now, hand: settings, onAhead } = latest.current;
        const chosen = chosenBy(now, stroke, tool, settings.brushPx, seen.scale);
        if (chosen !== null) onAhead(chosen.imageIds);
      },
      clicked: (at, mode) => {
        const imageId = nearest(at);
        if (imageId === null) return;
        latest.current.onChoose(byHand([imageId], "by hand"), mode);
        latest.current.onFocus(imageId);
      },
      hovered: (at) => {
        const imageId = at === null ? null : nearest(toMap(view.get(), at));
        const { left, top } = surface.getBoundingClientRect();
        hovered.set(at === null || imageId === null ? null : { imageId, left: left + at.x, top: top + at.y });
      },
      sketched: (path, tool, mode) => {
        showSketch(sketch.current, path, tool, mode, latest.current.hand.brushPx);
      },
    });
    return () => hands.free();
  }, [view, hovered]);

  return (
    <section className={classes.pane} aria-label={name}>
      {problem !== null && <NoDrawing problem={problem} />}
      {/* A surface to draw on is what "application" is for; the rules know only buttons. */}
      {/* eslint-disable jsx-a11y/no-noninteractive-element-interactions, jsx-a11y/no-noninteractive-tabindex */}
      <div
        ref={frame}
        className={classes.surface}
        data-tool={hand.tool}
        role="application"
        aria-label={`${name}: ${layout.imageIds.length.toLocaleString("en")} images as points. Arrow keys move it, Ctrl with plus and minus zooms; islands are buttons after it.`}
        tabIndex={0}
        onKeyDown={(event) => {
          const step = keyStep(event.key, view.get());
          if (step === null || event.ctrlKey || event.altKey || event.metaKey) return;
          event.preventDefault();
          view.set(step);
        }}
      >
        <canvas ref={canvas} className={classes.canvas} aria-hidden />
        <svg className={classes.sketch} aria-hidden>
          <path ref={sketch} />
        </svg>
        <HoverMark layout={layout} view={view} hovered={hovered} />
      </div>
      {/* eslint-enable jsx-a11y/no-noninteractive-element-interactions, jsx-a11y/no-noninteractive-tabindex */}
      {children}
    </section>
  );
};

const showSketch = (
  path: SVGPathElement | null,
  drawn: string | null,
  tool: Tool,
  mode: Mode,
  brushPx: number,
): void => {
  if (path === null) return;
  path.setAttribute("d", drawn ?? "");
  path.dataset.tool = tool;
  path.dataset.mode = mode;
  path.style.strokeWidth = tool === "brush" ? `${2 * brushPx}px` : "";
};

const KEY_STEP_PX = 64;

/** The view after a key, or null for a key that means nothing to it. */
const keyStep = (key: string, view: Viewport): Viewport | null => {
  switch (key) {
    case "ArrowLeft":
      return panBy(view, KEY_STEP_PX, 0);
    case "ArrowRight":
      return panBy(view, -KEY_STEP_PX, 0);
    case "ArrowUp":
      return panBy(view, 0, KEY_STEP_PX);
    case "ArrowDown":
      return panBy(view, 0, -KEY_STEP_PX);
    default:
      return null;
  }
};

/** Follows the size of the pane; shows everything until somebody moves the view. Gives the scale at which all is seen. */
const useFit = (
  frame: React.RefObject<HTMLDivElement | null>,
  view: Cell<Viewport>,
  layout: Layout,
  covered: number,
): number => {
  const [size, setSize] = useState({ width: 0, height: 0 });
  const bounds = useMemo(() => boundsOfPoints(layout.xy), [layout]);
  const fitted = useRef<Viewport | null>(null);
  useEffect(() => {
    if (frame.current === null) return undefined;
    const watcher = new ResizeObserver(([entry]) => {
      if (entry === undefined) return;
      setSize({ width: entry.contentRect.width, height: entry.contentRect.height });
    });
    watcher.observe(frame.current);
    return () => watcher.disconnect();
  }, [frame]);
  useEffect(() => {
    if (size.width === 0) return;
    // A view that nobody moved goes on showing everything, also in half the room or in another round.
    const untouched = fitted.current === null || view.get() === fitted.current;
    if (untouched) fitted.current = fitTo(bounds, size.width, size.height, covered);
    view.set(untouched && fitted.current ? fitted.current : resized(view.get(), size.width, size.height));
  }, [size, bounds, view, covered]);
  return fitTo(bounds, size.width || 800, size.height || 600, covered).scale;
};

/** A ring around the image under the pointer, here and on the map beside. */
const HoverMark = ({
  layout,
  view,
  hovered,
}: {
  layout: Layout;
  view: Cell<Viewport>;
  hovered: Cell<Hovered | null>;
}) => {
  const over = useObservable(hovered);
  const now = useObservable(view);
  const point = over === null ? -1 : pointOf(layout, over.imageId);
  if (point < 0) return null;
  const at = placeOf(layout, point, now);
  return <span className={classes.hoverMark} style={{ transform: `translate(${at.x}px, ${at.y}px)` }} />;
};

export const placeOf = (layout: Layout, point: number, view: Viewport): Point<ScreenPx> =>
  toScreen(view, { x: layout.xy[2 * point], y: layout.xy[2 * point + 1] } as Point<MapUnit>);

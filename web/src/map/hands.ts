/** What a pointer does on a map: move it, zoom it, or draw around images. Plain code, so that it costs no render. */
import { onMap, onScreen, type MapUnit, type Point, type ScreenPx } from "@/shapes/mapUnits";
import { panBy, toMap, toScreen, zoomAt, type Viewport } from "@/shapes/mapViewport";
import type { Polygon } from "@/shapes/polygon";
import type { Cell } from "@/store/observable";

import type { Mode, Tool } from "./regions";

export interface HandSettings {
  tool: Tool;
  mode: Mode;
  /** Radius of the brush in screen pixels. */
  brushPx: number;
}

export interface HandListeners {
  /** A finished stroke, in map radii, with the view in which it ended. */
  drawn: (stroke: Polygon, tool: Exclude<Tool, "pan">, mode: Mode, view: Viewport) => void;
  /** An unfinished stroke, a few times a second. */
  drawing: (stroke: Polygon, tool: Exclude<Tool, "pan">, view: Viewport) => void;
  clicked: (at: Point<MapUnit>, mode: Mode) => void;
  /** The pointer rests here without drawing; null when it has left. */
  hovered: (at: Point<ScreenPx> | null) => void;
  /** The path to show while drawing, in screen pixels; null for none. */
  sketched: (path: string | null, tool: Tool, mode: Mode) => void;
}

const CLICK_PX = 4;
const STEP_PX = 2;
const DRAWING_EVERY_MS = 120;
/** The right and the middle one, in PointerEvent.buttons. */
const OTHER_BUTTONS = 2 | 4;

interface Drag {
  kind: "pan" | "draw";
  /** Otherwise it began on a name of an island, which a click without moving belongs to. */
  onSurface: boolean;
  tool: Tool;
  mode: Mode;
  start: Point<ScreenPx>;
  last: Point<ScreenPx>;
  stroke: Point<MapUnit>[];
  far: boolean;
}

const away = (a: Point<ScreenPx>, b: Point<ScreenPx>): number => Math.hypot(a.x - b.x, a.y - b.y);

/** Shift adds and Alt takes away, whatever the toolbar says. */
export const modeOf = (event: { shiftKey: boolean; altKey: boolean }, chosen: Mode): Mode =>
  event.altKey ? "subtract" : event.shiftKey ? "add" : chosen;

const sketchOf = (drag: Drag, view: Viewport): string => {
  const points = drag.stroke.map((at) => toScreen(view, at));
  if (drag.tool === "rectangle") {
    const [a, b] = [points[0], points.at(-1)];
    if (a === undefined || b === undefined) return "";
    return `M${a.x} ${a.y}H${b.x}V${b.y}H${a.x}Z`;
  }
  const path = points.map(({ x, y }) => `${x.toFixed(1)} ${y.toFixed(1)}`).join("L");
  return drag.tool === "lasso" ? `M${path}Z` : `M${path}`;
};

export class Hands {
  private drag: Drag | null = null;
  private toldAt = 0;

  /** surface: what is drawn on. around: the pane with what floats over it, where a stroke may begin too. */
  constructor(
    private readonly surface: HTMLElement,
    private readonly around: HTMLElement,
    private readonly view: Cell<Viewport>,
    private readonly settings: () => HandSettings,
    private readonly listeners: HandListeners,
  ) {
    around.addEventListener("pointerdown", this.down);
    around.addEventListener("pointermove", this.move);
    around.addEventListener("pointerup", this.up);
    around.addEventListener("pointercancel", this.cancel);
    around.addEventListener("pointerleave", this.leave);
    around.addEventListener("wheel", this.wheel, { passive: false });
    around.addEventListener("contextmenu", this.noMenu);
    // Before the screen's own keys hear it: Esc then drops the stroke and not the selection.
    window.addEventListener("keydown", this.escape, { capture: true });
  }

  free(): void {
    this.around.removeEventListener("pointerdown", this.down);
    this.around.removeEventListener("pointermove", this.move);
    this.around.removeEventListener("pointerup", this.up);
    this.around.removeEventListener("pointercancel", this.cancel);
    this.around.removeEventListener("pointerleave", this.leave);
    this.around.removeEventListener("wheel", this.wheel);
    this.around.removeEventListener("contextmenu", this.noMenu);
    window.removeEventListener("keydown", this.escape, { capture: true });
  }

  /** Drops an unfinished stroke. */
  readonly cancel = (): void => {
    this.drag = null;
    this.sketch();
  };

  private readonly escape = (event: KeyboardEvent): void => {
    if (event.key !== "Escape" || this.drag === null) return;
    event.preventDefault();
    event.stopPropagation();
    this.cancel();
  };

  isDrawing(): boolean {
    return this.drag?.kind === "draw";
  }

  private place(event: MouseEvent): Point<ScreenPx> {
    const { left, top } = this.surface.getBoundingClientRect();
    return onScreen(event.clientX - left, event.clientY - top);
  }

  private isOnSurface(event: Event): boolean {
    return event.target instanceof Node && this.surface.contains(event.target);
  }

  private readonly noMenu = (event: Event): void => event.preventDefault();

  private readonly down = (event: PointerEvent): void => {
    if (this.drag !== null || event.button > 2) return;
    const { tool, mode } = this.settings();
    const at = this.place(event);
    const pans = tool === "pan" || event.button !== 0;
    this.drag = {
      kind: pans ? "pan" : "draw",
      onSurface: this.isOnSurface(event),
      tool,
      mode: modeOf(event, mode),
      start: at,
      last: at,
      stroke: [toMap(this.view.get(), at)],
      far: false,
    };
    this.listeners.hovered(null);
  };

  private readonly move = (event: PointerEvent): void => {
    const at = this.place(event);
    const { drag } = this;
    if (drag === null) {
      this.listeners.hovered(this.isOnSurface(event) ? at : null);
      return;
    }
    if (!drag.far && away(at, drag.start) > CLICK_PX) {
      drag.far = true;
      this.around.setPointerCapture(event.pointerId);
    }
    if (drag.kind === "pan") {
      this.view.update((view) => panBy(view, at.x - drag.last.x, at.y - drag.last.y));
      drag.last = at;
      return;
    }
    // A second button while drawing moves the map below, as hands expect; the stroke goes on afterwards.
    if ((event.buttons & OTHER_BUTTONS) !== 0) {
      this.view.update((view) => panBy(view, at.x - drag.last.x, at.y - drag.last.y));
      drag.last = at;
      this.sketch();
      return;
    }
    const places = event.getCoalescedEvents().map((each) => this.place(each));
    for (const place of places.length > 0 ? places : [at]) this.lengthen(drag, place);
    this.sketch();
    if (drag.tool === "pan" || event.timeStamp - this.toldAt < DRAWING_EVERY_MS) return;
    this.toldAt = event.timeStamp;
    this.listeners.drawing(drag.stroke, drag.tool, this.view.get());
  };

  private lengthen(drag: Drag, at: Point<ScreenPx>): void {
    if (away(at, drag.last) < STEP_PX) return;
    const place = toMap(this.view.get(), at);
    if (drag.tool === "rectangle") drag.stroke.splice(1, Infinity, place);
    else drag.stroke.push(place);
    drag.last = at;
  }

  private readonly up = (event: PointerEvent): void => {
    const { drag } = this;
    if (drag === null) return;
    this.drag = null;
    this.sketch();
    const [first = onMap(0, 0)] = drag.stroke;
    if (!drag.far) {
      if (event.button === 0 && drag.onSurface) this.listeners.clicked(first, drag.mode);
    } else if (drag.kind === "draw" && drag.tool !== "pan") {
      this.listeners.drawn(drag.stroke, drag.tool, drag.mode, this.view.get());
    }
  };

  private readonly leave = (): void => {
    if (this.drag === null) this.listeners.hovered(null);
  };

  private readonly wheel = (event: WheelEvent): void => {
    event.preventDefault();
    const lines = event.deltaMode === WheelEvent.DOM_DELTA_LINE ? 24 : 1;
    // A pinch comes as a wheel with Ctrl, in small steps.
    const factor = Math.exp((-event.deltaY * lines) / (event.ctrlKey ? 120 : 480));
    this.view.update((view) => zoomAt(view, this.place(event), factor));
    this.listeners.hovered(null);
    this.sketch();
  };

  private sketch(): void {
    const { drag } = this;
    const path = drag?.kind === "draw" && drag.far ? sketchOf(drag, this.view.get()) : null;
    this.listeners.sketched(path, drag?.tool ?? "pan", drag?.mode ?? "replace");
  }
}

/** Hands that make a new shape out of a few points: boxes, rotated boxes, polygons. */
import { countShapes } from "@/editor/corrections";
import { LOOK } from "@/editor/look";
import type { Pen } from "@/editor/paint/pen";
import { paintOne } from "@/editor/paint/layers";
import { newKey, NO_EDIT } from "@/shapes/edit";
import { boxAlong, boxBetween } from "@/shapes/grips";
import type { ImagePoint, ScreenPoint } from "@/shapes/imageView";
import { covers } from "@/shapes/measure";
import { holeAdded } from "@/shapes/rings";
import { PLAIN, type Point, type PolygonShape, type Shape } from "@/shapes/shape";

import { DeskHand, type Hand, type Touch } from "./hand";

/** A press that moves less than this is a click. */
export const CLICK_PX = 4;
const DOUBLE_MS = 400;
const FREEHAND_PX = 10;

export const distance = (a: ScreenPoint, b: ScreenPoint): number => Math.hypot(a.x - b.x, a.y - b.y);
const pair = ({ x, y }: ImagePoint): Point => [x, y];

/** Collects points, by clicks or by one drag, and makes a shape of them. */
abstract class PointsHand extends DeskHand implements Hand {
  readonly crosshair: boolean = true;
  protected points: ImagePoint[] = [];
  private pressedAt: ScreenPoint | null = null;
  /** The press began the shape, so that dragging it may place the second point. */
  private opened = false;

  /** So many points and the one under the pointer make the shape. */
  protected abstract readonly wanted: number;
  protected abstract shapeOf(points: readonly ImagePoint[]): Shape | null;

  isBusy(): boolean {
    return this.points.length > 0;
  }

  down(touch: Touch): void {
    this.pressedAt = touch.screen;
    this.opened = this.points.length === 0;
    if (this.opened && this.classId() === null) return;
    this.place(touch);
  }

  move(): void {
    this.desk.redraw();
  }

  up(touch: Touch): void {
    const far = this.pressedAt !== null && distance(this.pressedAt, touch.screen) >= CLICK_PX;
    this.pressedAt = null;
    if (this.opened && far && this.points.length > 0) this.place(touch);
    this.opened = false;
  }

  private place(touch: Touch): void {
    const points = [...this.points, this.clamped(touch.at)];
    if (points.length < this.wanted) {
      this.points = points;
      this.desk.redraw();
      return;
    }
    const shape = this.shapeOf(points);
    // A second click on the first corner is a slip of the hand: the shape is not done yet.
    if (shape === null) return;
    this.points = [];
    this.tell(shape);
  }

  private tell(shape: Shape): void {
    const { classId } = this.desk.props();
    if (classId === null) return;
    const key = newKey();
    const edit = { ...NO_EDIT, new: [{ key, classId, shape, traits: PLAIN }] };
    this.desk.tell(edit, `${countShapes([shape])} drawn`, new Set([key]));
  }

  cancel(): boolean {
    if (this.points.length === 0) return false;
    this.points = [];
    this.desk.redraw();
    return true;
  }

  undoVertex(): boolean {
    if (this.points.length === 0) return false;
    this.points = this.points.slice(0, -1);
    this.desk.redraw();
    return true;
  }

  paint(pen: Pen, touch: Touch | null): void {
    const { classId } = this.desk.props();
    if (touch === null || classId === null || this.points.length === 0) return;
    const points = [...this.points, this.clamped(touch.at)];
    const shape = points.length < this.wanted ? null : this.shapeOf(points);
    if (shape !== null) paintOne(pen, shape, classId, "hovered", this.desk.looks, false);
    else
      pen.line(
        points.map((point) => pen.at(pair(point))),
        this.colour(),
      );
  }

  cursor(): string {
    return "crosshair";
  }
}

/** Two corners, by a drag in any direction or by two clicks. */
export class BoxHand extends PointsHand {
  protected readonly wanted = 2;

  protected shapeOf([a, b]: readonly ImagePoint[]): Shape | null {
    const box = a === undefined || b === undefined ? null : boxBetween(a, b);
    return box === null ? null : { kind: "box", box };
  }
}

/** One side, by a drag or by two clicks, then a click for the side opposite. */
export class RotatedBoxHand extends PointsHand {
  protected readonly wanted = 3;

  protected shapeOf([a, b, c]: readonly ImagePoint[]): Shape | null {
    return a === undefined || b === undefined || c === undefined ? null : boxAlong(a, b, c);
  }
}

const LEAST_VERTICES = 3;

/**
 * A vertex per click; closes on the first vertex, by a double click or by `finish`. With Shift held, vertices follow the
 * pointer. Begun with Alt inside of a chosen polygon, it becomes a hole in it.
 */
export class PolygonHand extends DeskHand implements Hand {
  readonly crosshair: boolean = true;
  private vertices: ImagePoint[] = [];
  private last: { screen: ScreenPoint; time: number } | null = null;
  private holeOf: string | null = null;

  isBusy(): boolean {
    return this.vertices.length > 0;
  }

  private screenOf({ x, y }: ImagePoint): ScreenPoint {
    const { zoom, corner } = this.desk.view();
    return { x: x * zoom + corner.x, y: y * zoom + corner.y } as ScreenPoint;
  }

  private closes(touch: Touch): boolean {
    const [first] = this.vertices;
    return (
      first !== undefined &&
      this.vertices.length >= LEAST_VERTICES &&
      distance(this.screenOf(first), touch.screen) <= LOOK.reachPx
    );
  }

  down(touch: Touch): void {
    const doubled =
      this.last !== null &&
      touch.time - this.last.time < DOUBLE_MS &&
      distance(this.last.screen, touch.screen) <= CLICK_PX;
    this.last = { screen: touch.screen, time: touch.time };
    if (this.vertices.length === 0) {
      this.holeOf = touch.alt ? this.chosenPolygonUnder(touch) : null;
      if (this.holeOf === null && this.classId() === null) return;
    }
    if (this.closes(touch) || (doubled && this.vertices.length >= LEAST_VERTICES)) {
      this.finish();
      return;
    }
    if (doubled) return;
    this.vertices = [...this.vertices, this.clamped(touch.at)];
    this.desk.redraw();
  }

  move(touch: Touch): void {
    const last = this.vertices.at(-1);
    if (last !== undefined && touch.shift && distance(this.screenOf(last), touch.screen) >= FREEHAND_PX) {
      this.vertices = [...this.vertices, this.clamped(touch.at)];
    }
    this.desk.redraw();
  }

  private chosenPolygonUnder({ at }: Touch): string | null {
    for (const key of this.desk.selected()) {
      const item = this.desk.scene().get(key);
      if (item?.shape.kind === "polygon" && item.offered === null && covers(item.shape, at.x, at.y)) {
        return key;
      }
    }
    return null;
  }

  finish(): boolean {
    if (this.vertices.length < LEAST_VERTICES) return false;
    const ring = this.vertices.map(pair);
    this.vertices = [];
    this.last = null;
    const whole = this.holeOf === null ? undefined : this.desk.scene().get(this.holeOf);
    if (whole?.shape.kind === "polygon") {
      const { key, classId, traits } = whole;
      const shape = holeAdded(whole.shape, ring, partUnder(whole.shape, ring));
      this.desk.tell({ ...NO_EDIT, changed: [{ key, classId, shape, traits }] }, "Hole drawn");
    } else {
      const { classId } = this.desk.props();
      if (classId === null) return false;
      const key = newKey();
      const shape: Shape = { kind: "polygon", parts: [{ outline: ring }] };
      this.desk.tell(
        { ...NO_EDIT, new: [{ key, classId, shape, traits: PLAIN }] },
        `${countShapes([shape])} drawn`,
        new Set([key]),
      );
    }
    return true;
  }

  cancel(): boolean {
    if (this.vertices.length === 0) return false;
    this.vertices = [];
    this.desk.redraw();
    return true;
  }

  undoVertex(): boolean {
    if (this.vertices.length === 0) return false;
    this.vertices = this.vertices.slice(0, -1);
    this.last = null;
    this.desk.redraw();
    return true;
  }

  paint(pen: Pen, touch: Touch | null): void {
    if (this.vertices.length === 0) return;
    const closing = touch !== null && this.closes(touch);
    const placed = this.vertices.map((vertex) => this.screenOf(vertex));
    const [first] = placed;
    const end = closing ? first : touch === null ? undefined : this.screenOf(this.clamped(touch.at));
    pen.line(end === undefined ? placed : [...placed, end], this.colour());
    pen.vertices(placed, this.colour());
    if (closing && first !== undefined) pen.vertices([first], this.colour(), LOOK.vertexPx + 2);
  }

  cursor(touch: Touch | null): string {
    return touch !== null && this.closes(touch) ? "pointer" : "crosshair";
  }
}

const partUnder = (shape: PolygonShape, hole: readonly Point[]): number => {
  const [x, y] = hole[0] ?? [0, 0];
  const at = shape.parts.findIndex(({ outline }) => covers({ kind: "polygon", parts: [{ outline }] }, x, y));
  return Math.max(at, 0);
};

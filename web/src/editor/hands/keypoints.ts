/** Keypoints: the skeleton's points one after the other. */
import { countShapes } from "@/editor/corrections";
import type { Pen } from "@/editor/paint/pen";
import { newKey, NO_EDIT } from "@/shapes/edit";
import type { ImagePoint } from "@/shapes/imageView";
import { isSeen } from "@/shapes/measure";
import { PLAIN, type Keypoint, type KeypointsShape, type Skeleton } from "@/shapes/shape";

import { DeskHand, type Hand, type Touch } from "./hand";

const LONE_POINT: Skeleton = { names: ["point"], limbs: [] };
const ABSENT: Keypoint = [0, 0, 0];

/** A click places the next point, a right click says that it is absent, `placeHidden` that it is hidden where the pointer is. */
export class KeypointsHand extends DeskHand implements Hand {
  private points: Keypoint[] = [];
  private pointer: ImagePoint | null = null;

  private skeleton(): Skeleton {
    const { classId } = this.desk.props();
    return (classId === null ? undefined : this.desk.looks.skeleton(classId)) ?? LONE_POINT;
  }

  isBusy(): boolean {
    return this.points.length > 0;
  }

  down(touch: Touch): void {
    this.pointer = touch.at;
    if (this.classId() !== null) this.place(touch.at, 2);
  }

  move(touch: Touch): void {
    this.pointer = touch.at;
    this.desk.redraw();
  }

  aside(): void {
    if (this.classId() !== null) this.add(ABSENT);
  }

  placeHidden(): boolean {
    if (this.pointer === null || this.classId() === null) return false;
    this.place(this.pointer, 1);
    return true;
  }

  private place(at: ImagePoint, visibility: 1 | 2): void {
    const { x, y } = this.clamped(at);
    this.add([x, y, visibility]);
  }

  private add(point: Keypoint): void {
    this.points = [...this.points, point];
    if (this.points.length >= this.skeleton().names.length) this.finish();
    this.desk.redraw();
  }

  private shape(): KeypointsShape {
    const missing = Math.max(this.skeleton().names.length - this.points.length, 0);
    return { kind: "keypoints", points: [...this.points, ...Array.from({ length: missing }, () => ABSENT)] };
  }

  /** The rest is absent; with all of them absent there is no object. */
  finish(): boolean {
    if (this.points.length === 0) return false;
    const shape = this.shape();
    this.points = [];
    this.desk.redraw();
    const { classId } = this.desk.props();
    if (classId === null || !shape.points.some(isSeen)) return true;
    const key = newKey();
    this.desk.tell(
      { ...NO_EDIT, new: [{ key, classId, shape, traits: PLAIN }] },
      `${countShapes([shape])} drawn`,
      new Set([key]),
    );
    return true;
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
    const skeleton = this.skeleton();
    if (this.points.length > 0) pen.skeleton(this.shape(), this.colour(), skeleton, 2);
    if (touch === null) return;
    const before = (skeleton.limbs ?? [])
      .filter(([a, b]) => Math.max(a, b) === this.points.length)
      .map(([a, b]) => this.points[Math.min(a, b)]);
    for (const from of before) {
      if (from !== undefined && isSeen(from)) pen.line([pen.at(from), touch.screen], this.colour(), true);
    }
    const name = skeleton.names[this.points.length];
    if (name === undefined) return;
    const [x, y] = [touch.screen.x + 14, touch.screen.y + 34];
    pen.tag({ x, y } as Touch["screen"], name, this.colour(), Infinity);
  }

  cursor(): string {
    return "crosshair";
  }
}

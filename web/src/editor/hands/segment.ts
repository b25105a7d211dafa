/** Click to segment: clicks inside and outside of an object, and the shape that they mean. */
import { countShapes } from "@/editor/corrections";
import { paintOne } from "@/editor/paint/layers";
import type { Pen } from "@/editor/paint/pen";
import { newKey, NO_EDIT } from "@/shapes/edit";
import { PLAIN, type Shape } from "@/shapes/shape";

import { DeskHand, type Hand, type Touch } from "./hand";

interface Click {
  readonly x: number;
  readonly y: number;
  readonly positive: boolean;
}

/** Left clicks are inside, right clicks outside; `finish` keeps the shape. An answer to fewer clicks that comes late is not shown. */
export class SegmentHand extends DeskHand implements Hand {
  private clicks: readonly Click[] = [];
  private found: Shape | null = null;

  constructor(
    desk: ConstructorParameters<typeof DeskHand>[0],
    private readonly failed: (error: unknown) => void,
  ) {
    super(desk);
  }

  isBusy(): boolean {
    return this.clicks.length > 0;
  }

  down(touch: Touch): void {
    if (this.classId() !== null) this.click(touch, true);
  }

  aside(touch: Touch): void {
    if (this.classId() !== null) this.click(touch, false);
  }

  private click({ at }: Touch, positive: boolean): void {
    const { x, y } = this.clamped(at);
    this.ask([...this.clicks, { x, y, positive }]);
  }

  private ask(clicks: readonly Click[]): void {
    this.clicks = clicks;
    this.desk.redraw();
    const { segment } = this.desk.props();
    if (segment === undefined || clicks.length === 0) {
      this.found = null;
      return;
    }
    segment(clicks).then((found) => {
      if (this.clicks !== clicks) return;
      this.found = found;
      this.desk.redraw();
    }, this.failed);
  }

  finish(): boolean {
    const { classId } = this.desk.props();
    const shape = this.found;
    if (shape === null || classId === null) return false;
    this.ask([]);
    const key = newKey();
    this.desk.tell(
      { ...NO_EDIT, new: [{ key, classId, shape, traits: PLAIN }] },
      `${countShapes([shape])} segmented`,
      new Set([key]),
    );
    return true;
  }

  cancel(): boolean {
    if (this.clicks.length === 0) return false;
    this.ask([]);
    return true;
  }

  undoVertex(): boolean {
    if (this.clicks.length === 0) return false;
    this.ask(this.clicks.slice(0, -1));
    return true;
  }

  paint(pen: Pen): void {
    const { classId } = this.desk.props();
    if (this.found !== null && classId !== null) {
      paintOne(pen, this.found, classId, "chosen", this.desk.looks, false);
    }
    for (const { x, y, positive } of this.clicks) {
      pen.keypoint(pen.at([x, y]), positive ? "#2f9e5b" : "#d43c32", false);
    }
  }

  cursor(): string {
    return "crosshair";
  }
}

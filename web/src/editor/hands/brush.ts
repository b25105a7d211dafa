/** Brush and eraser: a round tip that adds to a mask or takes away from it. */
import { corrected, withoutItems } from "@/editor/corrections";
import { LOOK } from "@/editor/look";
import { MaskPicture, paneFor } from "@/editor/paint/maskPictures";
import type { Pen } from "@/editor/paint/pen";
import type { Item } from "@/editor/scene";
import { newKey, NO_EDIT } from "@/shapes/edit";
import type { ImagePoint } from "@/shapes/imageView";
import { tipSpans } from "@/shapes/roundTip";
import { PLAIN, type Edges, type Shape } from "@/shapes/shape";
import { isEmpty, maskOf, spanBounds, spansOf, subtracted, united, type Spans } from "@/shapes/spans";

import { DeskHand, type Hand, type Touch } from "./hand";

/** A stroke under way. */
interface Stroke {
  /** The mask that is changed; null for a new one. */
  readonly item: Item | null;
  readonly classId: number;
  spans: Spans;
  last: ImagePoint;
  picture: MaskPicture | null;
}

const NOTHING: ReadonlyMap<string, Shape> = new Map();

export class BrushHand extends DeskHand implements Hand {
  private stroke: Stroke | null = null;
  private replaced: ReadonlyMap<string, Shape> = NOTHING;

  constructor(
    desk: ConstructorParameters<typeof DeskHand>[0],
    private readonly erases: boolean,
    /** The picture of a finished mask, so that it is not painted a second time. */
    private readonly keep: (mask: Extract<Shape, { kind: "mask" }>, picture: MaskPicture) => void,
  ) {
    super(desk);
  }

  get replaces(): ReadonlyMap<string, Shape> {
    return this.replaced;
  }

  get paints(): ReadonlySet<string> {
    return new Set(this.replaced.keys());
  }

  isBusy(): boolean {
    return this.stroke !== null;
  }

  /** The one chosen mask; for the eraser also the one under the pointer. */
  private target({ at }: Touch): Item | null {
    const chosen = [...this.desk.selected()].flatMap((key) => this.desk.scene().get(key) ?? []);
    const [only] = chosen;
    if (chosen.length === 1 && only?.shape.kind === "mask" && !only.locked) return only;
    if (!this.erases) return null;
    const near = this.desk.scene().under(at.x, at.y, this.radius());
    return near.find(({ shape }) => shape.kind === "mask") ?? null;
  }

  private radius(): number {
    return this.inImage(this.desk.brushPx());
  }

  down(touch: Touch): void {
    const { widthPx, heightPx } = this.desk.props().picture;
    const item = this.target(touch);
    if (item === null && this.erases) return;
    const classId = item?.classId ?? this.classId();
    if (classId === null) return;
    const spans =
      item?.shape.kind === "mask"
        ? spansOf(item.shape)
        : { width: widthPx, height: heightPx, flat: new Float64Array(0) };
    this.stroke = { item, classId, spans, last: touch.at, picture: null };
    if (item !== null) this.replaced = new Map([[item.key, item.shape]]);
    this.desk.resettle();
    this.paintAlong([touch.at]);
  }

  move(touch: Touch): void {
    if (this.stroke !== null) this.paintAlong(touch.trail);
    this.desk.redraw();
  }

  private paintAlong(trail: readonly ImagePoint[]): void {
    const { stroke } = this;
    if (stroke === null) return;
    const { width, height } = stroke.spans;
    const radius = this.radius();
    let tips: Spans = { width, height, flat: new Float64Array(0) };
    for (const to of trail) {
      tips = united(tips, tipSpans(stroke.last, to, radius, width, height));
      stroke.last = to;
    }
    const touched = spanBounds(tips);
    if (touched === null) return;
    stroke.spans = this.erases ? subtracted(stroke.spans, tips) : united(stroke.spans, tips);
    stroke.picture?.repaint(stroke.spans, touched);
    this.desk.redraw();
  }

  up(): void {
    const { stroke } = this;
    if (stroke === null) return;
    this.end();
    const item = stroke.item === null ? null : (this.desk.scene().again(stroke.item) ?? null);
    if (isEmpty(stroke.spans)) {
      if (item !== null) this.desk.tell(withoutItems([item]), "Mask erased", new Set());
      return;
    }
    const shape = maskOf(stroke.spans);
    if (stroke.picture !== null) this.keep(shape, stroke.picture);
    if (item !== null) {
      const { edit, keys } = corrected([{ item, shape }]);
      this.desk.tell(edit, this.erases ? "Mask erased in part" : "Mask painted", keys);
      return;
    }
    const key = newKey();
    const { classId } = stroke;
    this.desk.tell(
      { ...NO_EDIT, new: [{ key, classId, shape, traits: PLAIN }] },
      "1 mask painted",
      new Set([key]),
    );
  }

  private end(): void {
    this.stroke = null;
    this.replaced = NOTHING;
    this.desk.resettle();
  }

  cancel(): boolean {
    if (this.stroke === null) return false;
    this.end();
    return true;
  }

  paint(pen: Pen, touch: Touch | null): void {
    this.paintStroke(pen);
    if (touch === null) return;
    const { context } = pen;
    for (const [width, style] of [
      [3, LOOK.halo],
      [1.5, this.erases ? "#ffffff" : this.colour()],
    ] as const) {
      context.beginPath();
      context.arc(touch.screen.x, touch.screen.y, this.desk.brushPx(), 0, 2 * Math.PI);
      context.lineWidth = width;
      context.strokeStyle = style;
      context.stroke();
    }
  }

  private paintStroke(pen: Pen): void {
    const { stroke } = this;
    if (stroke === null) return;
    const { width, height } = stroke.spans;
    const look = {
      colour: this.desk.looks.colour(stroke.classId),
      fill: LOOK.chosenFill + 0.1,
      line: 0.95,
      dashed: false,
    };
    const whole: Edges = [0, 0, width, height];
    const { visible, view } = pen;
    if (stroke.picture?.suits(whole, visible, view.zoom, look) !== true) {
      stroke.picture = new MaskPicture(stroke.spans, paneFor(whole, visible, view.zoom), look);
    }
    pen.maskPicture(stroke.picture);
  }

  cursor(): string {
    return "none";
  }
}

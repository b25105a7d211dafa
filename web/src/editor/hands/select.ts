/** The hand that picks, moves and resizes shapes, and edits their vertices. */
import { corrected, countShapes, withoutItems } from "@/editor/corrections";
import { LOOK } from "@/editor/look";
import { isLarge, type Pen } from "@/editor/paint/pen";
import type { Item } from "@/editor/scene";
import { dragged, gripsOf, gripUnder, type Grip } from "@/shapes/grips";
import type { ImagePoint, ScreenPoint } from "@/shapes/imageView";
import { boundsOf } from "@/shapes/measure";
import { allowedStep, moved } from "@/shapes/moving";
import { vertexRemoved } from "@/shapes/rings";
import type { Edges, Shape } from "@/shapes/shape";

import { CLICK_PX, distance } from "./drawing";
import { DeskHand, type Hand, type Touch } from "./hand";

interface Press {
  readonly screen: ScreenPoint;
  readonly at: ImagePoint;
  readonly does:
    | { readonly kind: "move"; readonly items: readonly Item[] }
    | { readonly kind: "grip"; readonly item: Item; readonly grip: Grip }
    | { readonly kind: "band"; readonly adds: boolean };
  far: boolean;
}

/** With more chosen than this, their handles are not drawn, nor can they be gripped. */
const MOST_WITH_GRIPS = 30;
/** Vertices closer together than this on the screen are not all drawn. */
const CROWDED_PX = 5;

export class SelectHand extends DeskHand implements Hand {
  private press: Press | null = null;
  private replaced: ReadonlyMap<string, Shape> = new Map();

  get replaces(): ReadonlyMap<string, Shape> {
    return this.replaced;
  }

  isBusy(): boolean {
    return this.press?.far === true;
  }

  private chosen(): Item[] {
    const scene = this.desk.scene();
    return [...this.desk.selected()].flatMap((key) => scene.get(key) ?? []);
  }

  private gripped({ at }: Touch): { item: Item; grip: Grip } | null {
    if (this.desk.selected().size > MOST_WITH_GRIPS) return null;
    const [reach, knob] = [this.inImage(LOOK.reachPx), this.inImage(LOOK.knobPx)];
    let side: { item: Item; grip: Grip } | null = null;
    for (const item of this.chosen()) {
      if (item.locked) continue;
      const grip = gripUnder(item.shape, at, reach, knob);
      if (grip === null) continue;
      if (grip.kind !== "side") return { item, grip };
      side ??= { item, grip };
    }
    return side;
  }

  private under({ at }: Touch): Item[] {
    return this.desk.scene().under(at.x, at.y, this.inImage(LOOK.reachPx / 2));
  }

  /** The smallest under the pointer; with Alt the next one below the chosen one. */
  private picked(touch: Touch): Item | null {
    const items = this.under(touch);
    const at = items.findIndex(({ key }) => this.desk.selected().has(key));
    if (touch.alt && at >= 0) return items[(at + 1) % items.length] ?? null;
    return items[0] ?? null;
  }

  hovered(touch: Touch): Item | null {
    if (this.press !== null) return null;
    const grip = this.gripped(touch);
    return grip === null ? this.picked(touch) : grip.item;
  }

  down(touch: Touch): void {
    const { screen, at } = touch;
    const begin = (does: Press["does"]) => {
      this.press = { screen, at, does, far: false };
    };
    const grip = touch.shift ? null : this.gripped(touch);
    if (grip !== null && touch.alt && grip.grip.kind === "vertex") {
      this.removeVertex(grip.item, grip.grip);
      return;
    }
    if (grip !== null && !(touch.alt && grip.grip.kind === "side")) {
      begin({ kind: "grip", ...grip });
      return;
    }
    const item = this.picked(touch);
    if (item === null) {
      begin({ kind: "band", adds: touch.shift });
      return;
    }
    const selected = this.desk.selected();
    if (touch.shift) {
      const keys = new Set(selected);
      if (!keys.delete(item.key)) keys.add(item.key);
      this.desk.select(keys);
      return;
    }
    const stays = selected.has(item.key);
    if (!stays) this.desk.select(new Set([item.key]));
    const items = stays ? this.chosen().filter(({ locked }) => !locked) : [item];
    begin({ kind: "move", items });
  }

  /** Right click on a vertex takes it away. */
  aside(touch: Touch): void {
    const grip = this.gripped(touch);
    if (grip?.grip.kind === "vertex") this.removeVertex(grip.item, grip.grip);
  }

  private removeVertex(item: Item, grip: Extract<Grip, { kind: "vertex" }>): void {
    if (item.shape.kind !== "polygon") return;
    const shape = vertexRemoved(item.shape, grip.place);
    if (shape === null) this.desk.tell(withoutItems([item]), "1 polygon deleted", new Set());
    else this.tellChanged([{ item, shape }], "1 vertex deleted");
  }

  move(touch: Touch): void {
    const { press } = this;
    if (press === null) {
      this.desk.redraw();
      return;
    }
    if (!press.far && distance(press.screen, touch.screen) < CLICK_PX) return;
    press.far = true;
    this.replace(this.changesAt(touch));
    this.desk.redraw();
  }

  private replace(changes: readonly { item: Item; shape: Shape }[]): void {
    const before = this.replaced;
    this.replaced = new Map(changes.map(({ item, shape }) => [item.key, shape]));
    if (before.size !== this.replaced.size) this.desk.resettle();
  }

  private changesAt(touch: Touch): { item: Item; shape: Shape }[] {
    const does = this.press?.does;
    const from = this.press?.at;
    if (does === undefined || from === undefined || does.kind === "band") return [];
    if (does.kind === "move") {
      const { widthPx, heightPx } = this.desk.props().picture;
      const shapes = does.items.map(({ shape }) => shape);
      const hasMask = shapes.some(({ kind }) => kind === "mask");
      const whole = (step: number) => (hasMask ? Math.round(step) : step);
      const [dx, dy] = allowedStep(
        shapes,
        whole(touch.at.x - from.x),
        whole(touch.at.y - from.y),
        widthPx,
        heightPx,
      );
      return does.items.map((item) => ({ item, shape: moved(item.shape, dx, dy) }));
    }
    const isFree = does.grip.kind === "turn" || does.item.shape.kind === "rotated-box";
    const to = isFree ? touch.at : this.clamped(touch.at);
    return [{ item: does.item, shape: dragged(does.item.shape, does.grip, from, to, touch.shift) }];
  }

  up(touch: Touch): void {
    const { press } = this;
    if (press === null) return;
    const changes = press.far ? this.changesAt(touch) : [];
    this.end();
    if (press.does.kind === "band") {
      if (press.far) this.selectBanded(press.at, touch.at, press.does.adds);
      else if (!press.does.adds) this.desk.select(new Set());
      return;
    }
    if (!press.far) {
      // A click on one of several chosen leaves that one.
      const picked = press.does.kind === "move" ? this.picked({ ...touch, alt: false }) : null;
      if (picked !== null && this.desk.selected().size > 1) this.desk.select(new Set([picked.key]));
      return;
    }
    const scene = this.desk.scene();
    const still = changes.flatMap(({ item, shape }) => {
      const now = scene.again(item);
      return now === undefined ? [] : [{ item: now, shape }];
    });
    const verb = press.does.kind === "move" ? "moved" : "changed";
    this.tellChanged(still, `${countShapes(still.map(({ shape }) => shape))} ${verb}`);
  }

  private tellChanged(changes: readonly { item: Item; shape: Shape }[], words: string): void {
    if (changes.length === 0) return;
    const { edit, keys } = corrected(changes);
    this.desk.tell(edit, words, keys);
  }

  /** Everything that lies wholly in the band. */
  private selectBanded(a: ImagePoint, b: ImagePoint, adds: boolean): void {
    const band: Edges = [Math.min(a.x, b.x), Math.min(a.y, b.y), Math.max(a.x, b.x), Math.max(a.y, b.y)];
    const inside = this.desk
      .scene()
      .within(band)
      .filter(({ locked, shape }) => {
        const [left, top, right, bottom] = boundsOf(shape);
        return !locked && left >= band[0] && top >= band[1] && right <= band[2] && bottom <= band[3];
      })
      .map(({ key }) => key);
    this.desk.select(new Set(adds ? [...this.desk.selected(), ...inside] : inside));
  }

  private end(): void {
    this.press = null;
    if (this.replaced.size > 0) {
      this.replaced = new Map();
      this.desk.resettle();
    }
    this.desk.redraw();
  }

  cancel(): boolean {
    if (this.press?.far !== true) return false;
    this.end();
    return true;
  }

  /** The keypoint under the pointer is hidden, or visible again. */
  placeHidden(touch: Touch | null): boolean {
    if (touch === null) return false;
    const gripped = this.gripped(touch);
    if (gripped?.grip.kind !== "point" || gripped.item.shape.kind !== "keypoints") return false;
    const { item, grip } = { item: gripped.item, grip: gripped.grip };
    if (item.shape.kind !== "keypoints") return false;
    const points = item.shape.points.map((point, i) =>
      i === grip.at ? ([point[0], point[1], point[2] === 1 ? 2 : 1] as const) : point,
    );
    this.tellChanged([{ item, shape: { ...item.shape, points } }], "1 keypoint changed");
    return true;
  }

  paint(pen: Pen, touch: Touch | null): void {
    const { looks } = this.desk;
    const chosen = this.chosen();
    if (chosen.length <= MOST_WITH_GRIPS) {
      for (const item of chosen) if (!item.locked) this.paintGrips(pen, item, touch);
    }
    const { press } = this;
    if (press?.does.kind === "band" && press.far && touch !== null) {
      const { x, y } = pen.at([press.at.x, press.at.y]);
      const [width, height] = [touch.screen.x - x, touch.screen.y - y];
      pen.context.fillStyle = "rgb(255 255 255 / 12%)";
      pen.context.fillRect(x, y, width, height);
      pen.context.lineWidth = 3;
      pen.context.strokeStyle = LOOK.halo;
      pen.context.strokeRect(x, y, width, height);
      pen.context.lineWidth = 1;
      pen.context.strokeStyle = "#ffffff";
      pen.context.strokeRect(x, y, width, height);
    }
    const over = touch === null || press !== null ? null : this.gripped(touch);
    if (over?.grip.kind === "side" && touch !== null) {
      pen.vertices([touch.screen], looks.colour(over.item.classId), LOOK.vertexPx - 1);
    }
  }

  private paintGrips(pen: Pen, item: Item, touch: Touch | null): void {
    const shape = this.replaced.get(item.key) ?? item.shape;
    const colour = this.desk.looks.colour(item.classId);
    if (shape.kind === "keypoints" && shape.box === undefined) return;
    if (pen.hurried && isLarge(shape)) {
      pen.isRough = true;
      return;
    }
    const [left, top, right, bottom] = pen.visible;
    let before: ScreenPoint | null = null;
    const points: ScreenPoint[] = [];
    for (const { grip, point } of gripsOf(shape, this.inImage(LOOK.knobPx))) {
      if (grip.kind === "point") continue;
      const [x, y] = point;
      if (x < left - 1 || x > right + 1 || y < top - 1 || y > bottom + 1) continue;
      const at = pen.at(point);
      const isNear = touch !== null && distance(touch.screen, at) < 4 * LOOK.reachPx;
      if (grip.kind === "vertex" && !isNear && before !== null && distance(before, at) < CROWDED_PX) continue;
      before = at;
      points.push(at);
    }
    pen.vertices(points, colour, points.length > 200 ? LOOK.vertexPx - 1.5 : LOOK.vertexPx);
  }

  cursor(touch: Touch | null): string {
    if (touch === null) return "default";
    if (this.press?.does.kind === "move" && this.press.far) return "move";
    const gripped = this.press?.does.kind === "grip" ? this.press.does : this.gripped(touch);
    if (gripped === null) return this.picked(touch) === null ? "default" : "move";
    return cursorOf(gripped.grip);
  }
}

const cursorOf = (grip: Grip): string => {
  switch (grip.kind) {
    case "edge":
      if (grip.turned) return "crosshair";
      if (grip.x === 0) return "ns-resize";
      if (grip.y === 0) return "ew-resize";
      return grip.x === grip.y ? "nwse-resize" : "nesw-resize";
    case "turn":
      return "grab";
    case "side":
      return "copy";
    case "vertex":
    case "point":
      return "crosshair";
  }
};

/** The drawing: what is shown where, and which hand is at work. Plain code; React only gives it props. */
import type { Edit } from "@/shapes/edit";
import type { Edges, Shape } from "@/shapes/shape";
import type { ProjectClass } from "@/store/classes";

import type { EditorProps, Tool } from "./handle";
import { BrushHand } from "./hands/brush";
import { BoxHand, PolygonHand, RotatedBoxHand } from "./hands/drawing";
import type { Desk, Hand, Touch } from "./hands/hand";
import { KeypointsHand } from "./hands/keypoints";
import { SegmentHand } from "./hands/segment";
import { SelectHand } from "./hands/select";
import { LOOK } from "./look";
import { paintActive } from "./paint/activeLayer";
import { Layer } from "./paint/layer";
import { paintSettled } from "./paint/layers";
import { MaskPictures } from "./paint/maskPictures";
import { Pen } from "./paint/pen";
import { Picture } from "./picture";
import { applied, Scene, type Contents } from "./scene";
import { REST_MS, Sight } from "./sight";

export interface BoardElements {
  host: HTMLElement;
  picture: HTMLImageElement;
  settled: HTMLCanvasElement;
  active: HTMLCanvasElement;
}

/** An edit that the store has not shown by then was refused: what the store has is shown again. */
const DOUBT_MS = 2000;
const LEAST_BRUSH_PX = 1;
const MOST_BRUSH_PX = 200;
const BRUSH_STEP = 1.25;

export class Board {
  readonly desk: Desk;
  readonly sight: Sight;
  /** Shapes as they are while a series of nudges goes on. */
  nudged: ReadonlyMap<string, Shape> = new Map();
  /** Before anything else happens. */
  beforeGesture: () => void = () => undefined;
  touch: Touch | null = null;

  private props: EditorProps;
  private contents: Contents;
  private scene: Scene;
  private selected: ReadonlySet<string>;
  private brushPx = 16;
  private readonly hands: Record<Exclude<Tool, "pan">, Hand>;
  private leaning = false;
  private readonly settled: Layer;
  private readonly active: Layer;
  private readonly masks = new MaskPictures();
  private readonly picture: Picture;
  private readonly observer: ResizeObserver;
  private frame = 0;
  private resting = 0;
  private doubting = 0;
  private rough = false;
  private classesById = new Map<number, ProjectClass>();

  constructor(
    private readonly elements: BoardElements,
    props: EditorProps,
  ) {
    this.props = props;
    this.contents = props;
    this.selected = props.selected;
    this.scene = this.newScene();
    this.settled = new Layer(elements.settled);
    this.active = new Layer(elements.active);
    this.sight = new Sight(() => this.redraw());
    this.picture = new Picture(elements.picture, (shown) => this.props.onPicture?.(shown));
    this.desk = this.makeDesk();
    const keep = this.masks.keep.bind(this.masks);
    this.hands = {
      select: new SelectHand(this.desk),
      box: new BoxHand(this.desk),
      "rotated-box": new RotatedBoxHand(this.desk),
      polygon: new PolygonHand(this.desk),
      brush: new BrushHand(this.desk, false, keep),
      eraser: new BrushHand(this.desk, true, keep),
      keypoints: new KeypointsHand(this.desk),
      segment: new SegmentHand(this.desk, reportError),
    };
    this.sight.showImage(props.picture.widthPx, props.picture.heightPx, true);
    this.observer = new ResizeObserver(() => this.measure());
    this.observer.observe(elements.host);
    this.measure();
  }

  free(): void {
    this.observer.disconnect();
    cancelAnimationFrame(this.frame);
    clearTimeout(this.resting);
    clearTimeout(this.doubting);
  }

  /** New props; what is unchanged costs nothing. */
  show(props: EditorProps): void {
    const before = this.props;
    this.props = props;
    const { drawn, offered, hidden, locked, classes, picture, tool } = props;
    const isOther = picture.url !== before.picture.url;
    if (isOther) this.sight.showImage(picture.widthPx, picture.heightPx, true);
    this.picture.show(picture);
    // Before the first frame too: a picture never shows at a place of its own.
    this.picture.place(this.sight.view, this.settled.density, this.sight.isMoving);
    this.classesById = new Map(classes.map((each) => [each.id, each]));
    const changed =
      drawn !== before.drawn ||
      offered !== before.offered ||
      hidden !== before.hidden ||
      locked !== before.locked;
    if (changed || isOther) this.showContents(props);
    if (props.selected !== before.selected) this.selected = props.selected;
    if (tool !== before.tool && before.tool !== "pan") this.hands[before.tool].cancel?.();
    if (tool !== before.tool) this.showCursor(false);
    this.resettle();
  }

  private newScene(): Scene {
    const { widthPx, heightPx } = this.props.picture;
    return new Scene(this.contents, widthPx, heightPx);
  }

  private showContents({ drawn, offered, hidden, locked }: Contents): void {
    clearTimeout(this.doubting);
    this.contents = { drawn, offered, hidden, locked };
    this.scene = this.newScene();
    this.resettle();
  }

  private makeDesk(): Desk {
    return {
      props: () => this.props,
      scene: () => this.scene,
      view: () => this.sight.view,
      selected: () => this.selected,
      looks: {
        colour: (id) => this.classesById.get(id)?.colour ?? LOOK.noClass,
        name: (id) => this.classesById.get(id)?.name ?? "",
        skeleton: (id) => this.props.skeletons?.get(id) ?? this.classesById.get(id)?.skeleton ?? undefined,
      },
      brushPx: () => this.brushPx,
      redraw: () => this.redraw(),
      resettle: () => this.resettle(),
      select: (keys) => this.select(keys),
      tell: (edit, words, select) => this.tell(edit, words, select),
    };
  }

  private select(keys: ReadonlySet<string>): void {
    this.selected = keys;
    this.props.onSelect(keys);
    this.resettle();
  }

  /** Shown at once; the store's own answer takes its place when it comes. */
  private tell(edit: Edit, words: string, select?: ReadonlySet<string>): void {
    this.showContents(applied(this.contents, edit));
    this.doubting = window.setTimeout(() => this.showContents(this.props), DOUBT_MS);
    this.props.onEdit(edit, words);
    if (select !== undefined) this.select(select);
  }

  get hand(): Hand {
    const { tool } = this.props;
    return this.leaning || tool === "pan" ? this.hands.select : this.hands[tool];
  }

  get pans(): boolean {
    return this.props.tool === "pan";
  }

  /** Ctrl is held: any tool selects, unless it has begun something. */
  lean(held: boolean): void {
    const { tool } = this.props;
    if (tool === "pan" || this.hands[tool].isBusy?.() === true) return;
    this.leaning = held;
  }

  press(isCtrlHeld: boolean): void {
    this.beforeGesture();
    this.lean(isCtrlHeld);
  }

  /** Where the pointer is; null when it has left. */
  point(touch: Touch | null, pans: boolean): void {
    this.touch = touch;
    this.showCursor(pans);
    this.redraw();
  }

  showCursor(pans: boolean): void {
    const { style } = this.elements.host;
    style.cursor = pans || this.pans ? "grab" : (this.hand.cursor?.(this.touch) ?? "default");
  }

  private measure(): void {
    const { clientWidth, clientHeight } = this.elements.host;
    this.settled.resize(clientWidth, clientHeight);
    this.active.resize(clientWidth, clientHeight);
    this.sight.resize(clientWidth, clientHeight, this.settled.density);
    this.redraw();
  }

  focus(): void {
    this.elements.host.focus({ preventScroll: true });
  }

  resizeBrush(direction: 1 | -1): void {
    const wanted = this.brushPx * BRUSH_STEP ** direction;
    this.brushPx = Math.min(Math.max(wanted, LEAST_BRUSH_PX), MOST_BRUSH_PX);
    this.redraw();
  }

  private resettle(): void {
    this.settled.dirty = true;
    this.redraw();
  }

  private redraw(): void {
    if (this.frame !== 0) return;
    this.frame = requestAnimationFrame(() => {
      this.frame = 0;
      this.paint();
    });
  }

  private paint(): void {
    const { isMoving } = this.sight;
    this.picture.place(this.sight.view, this.settled.density, isMoving);
    const isRough = this.paintSettled(isMoving) || this.paintActive(isMoving);
    clearTimeout(this.resting);
    if (isRough || isMoving) this.resting = window.setTimeout(() => this.rest(isRough), REST_MS);
  }

  /** The view has come to rest: what was drawn roughly is drawn well. */
  private rest(isRough: boolean): void {
    this.rough ||= isRough;
    if (this.sight.isMoving) return;
    if (this.rough) this.settled.dirty = true;
    this.rough = false;
    this.redraw();
  }

  private pen(context: CanvasRenderingContext2D, isMoving: boolean, visible = this.sight.visible()): Pen {
    return new Pen(context, this.sight.view, this.settled.density, visible, this.masks, isMoving);
  }

  private replaced(key: string): Shape | undefined {
    return this.hand.replaces?.get(key) ?? this.nudged.get(key);
  }

  /** Says whether something was drawn roughly. */
  private paintSettled(isMoving: boolean): boolean {
    let isRough = false;
    this.settled.paint(this.sight.view, (context, { left, top, right, bottom }) => {
      if (this.props.peek) return;
      const [x, y] = [this.sight.view.corner.x, this.sight.view.corner.y];
      const { zoom } = this.sight.view;
      const part: Edges = [(left - x) / zoom, (top - y) / zoom, (right - x) / zoom, (bottom - y) / zoom];
      const pen = this.pen(context, isMoving, part);
      const spare = LOOK.reachPx / zoom;
      const items = this.scene
        .within([part[0] - spare, part[1] - spare, part[2] + spare, part[3] + spare])
        .filter(({ key }) => !this.selected.has(key) && this.replaced(key) === undefined);
      paintSettled(pen, items, this.desk.looks);
      isRough ||= pen.isRough;
    });
    return isRough;
  }

  /** Says whether something was drawn roughly. */
  private paintActive(isMoving: boolean): boolean {
    const { hand, touch, nudged } = this;
    const keys = new Set([...this.selected, ...(hand.replaces?.keys() ?? []), ...nudged.keys()]);
    const context = this.active.cleared();
    if (context === null || this.props.peek) return false;
    // What costs time is left out while a large shape is dragged, too; letting go draws it well.
    const pen = this.pen(context, isMoving || hand.isBusy?.() === true);
    paintActive(pen, {
      hand,
      touch,
      chosen: [...keys].flatMap((key) => this.scene.get(key) ?? []),
      hovered: touch === null || isMoving ? null : (hand.hovered?.(touch) ?? null),
      replaced: (key) => this.replaced(key),
      looks: this.desk.looks,
      widthPx: this.sight.size.width,
      heightPx: this.sight.size.height,
    });
    return isMoving && pen.isRough;
  }
}

/** What keys and buttons ask of the drawing. */
import { newKey, NO_EDIT, type NewShape } from "@/shapes/edit";
import { boundsOf } from "@/shapes/measure";
import { allowedStep, clipped, moved } from "@/shapes/moving";
import type { Shape, Traits } from "@/shapes/shape";

import type { Board } from "./board";
import { corrected, countShapes, withoutItems, type Change } from "./corrections";
import type { EditorHandle } from "./handle";
import type { Item } from "./scene";

interface Copy {
  readonly classId: number;
  readonly shape: Shape;
  readonly traits: Traits;
}

/** Copies outlive the image they come from. */
let copies: { readonly from: string; readonly shapes: readonly Copy[]; pasted: number } = {
  from: "",
  shapes: [],
  pasted: 0,
};

/** Nudges that follow each other within this time are one edit. */
const NUDGE_MS = 500;
/** How far aside a paste lies, screen pixels. */
const ASIDE_PX = 12;

export class Commands implements EditorHandle {
  private series = { dx: 0, dy: 0, timer: 0 };

  constructor(private readonly board: Board) {
    board.beforeGesture = this.flush;
  }

  private chosen(): Item[] {
    const { desk } = this.board;
    const scene = desk.scene();
    return [...desk.selected()].flatMap((key) => scene.get(key) ?? []).filter(({ locked }) => !locked);
  }

  private change(changes: readonly Change[], words: string): boolean {
    this.flush();
    if (changes.length === 0) return false;
    const { edit, keys } = corrected(changes);
    this.board.desk.tell(edit, words, keys);
    return true;
  }

  readonly isDrawing = (): boolean => this.board.hand.isBusy?.() ?? false;
  readonly finish = (): boolean => this.board.hand.finish?.() ?? false;
  readonly undoVertex = (): boolean => this.board.hand.undoVertex?.() ?? false;

  readonly cancel = (): boolean => {
    this.flush();
    if (this.board.hand.cancel?.() === true) return true;
    if (this.board.desk.selected().size === 0) return false;
    this.board.desk.select(new Set());
    return true;
  };

  readonly placeHidden = (): boolean => {
    this.flush();
    return this.board.hand.placeHidden?.(this.board.touch) ?? false;
  };

  readonly deleteSelected = (): boolean => {
    this.flush();
    const items = this.chosen();
    if (items.length === 0) return false;
    const verb = items.every(({ offered }) => offered !== null) ? "rejected" : "deleted";
    this.board.desk.tell(
      withoutItems(items),
      `${countShapes(items.map(({ shape }) => shape))} ${verb}`,
      new Set(),
    );
    return true;
  };

  private offeredIds(): number[] {
    return this.chosen().flatMap(({ offered }) => offered?.id ?? []);
  }

  readonly acceptSelected = (): boolean => {
    this.flush();
    const accepted = this.offeredIds();
    if (accepted.length === 0) return false;
    this.board.desk.tell({ ...NO_EDIT, accepted }, countProposals(accepted, "accepted"), new Set());
    return true;
  };

  readonly rejectSelected = (): boolean => {
    this.flush();
    const rejected = this.offeredIds();
    if (rejected.length === 0) return false;
    this.board.desk.tell({ ...NO_EDIT, rejected }, countProposals(rejected, "rejected"), new Set());
    return true;
  };

  readonly giveClass = (classId: number): boolean => {
    const items = this.chosen().filter((item) => item.classId !== classId);
    const words = `${countShapes(items.map(({ shape }) => shape))} given another class`;
    return this.change(
      items.map((item) => ({ item, classId })),
      words,
    );
  };

  readonly nextShape = (step: 1 | -1): boolean => {
    this.flush();
    const { desk } = this.board;
    const items = desk.scene().items.filter(({ locked }) => !locked);
    // Instances first, in the order in which they are listed, then proposals.
    const order = [
      ...items.filter(({ offered }) => offered === null),
      ...items.filter(({ offered }) => offered !== null),
    ];
    if (order.length === 0) return false;
    const at = order.findIndex(({ key }) => desk.selected().has(key));
    const next = at < 0 ? (step > 0 ? 0 : order.length - 1) : (at + step + order.length) % order.length;
    const item = order[next];
    if (item === undefined) return false;
    desk.select(new Set([item.key]));
    this.board.sight.reveal(boundsOf(item.shape));
    return true;
  };

  readonly selectAll = (): void => {
    const items = this.board.desk.scene().items.filter(({ locked }) => !locked);
    const instances = items.filter(({ offered }) => offered === null);
    this.board.desk.select(new Set((instances.length > 0 ? instances : items).map(({ key }) => key)));
  };

  readonly nudge = (dx: number, dy: number): boolean => {
    const items = this.chosen();
    if (items.length === 0 || this.isDrawing()) return false;
    const { widthPx, heightPx } = this.board.desk.props().picture;
    const shapes = items.map(({ shape }) => shape);
    const { series } = this;
    const [x, y] = allowedStep(shapes, series.dx + dx, series.dy + dy, widthPx, heightPx);
    clearTimeout(series.timer);
    this.series = { dx: x, dy: y, timer: window.setTimeout(this.flush, NUDGE_MS) };
    this.board.nudged = new Map(items.map(({ key, shape }) => [key, moved(shape, x, y)]));
    this.board.desk.redraw();
    return true;
  };

  readonly flush = (): void => {
    const { nudged, desk } = this.board;
    if (nudged.size === 0) return;
    clearTimeout(this.series.timer);
    this.series = { dx: 0, dy: 0, timer: 0 };
    this.board.nudged = new Map();
    const changes = [...nudged].flatMap(([key, shape]) => {
      const item = desk.scene().get(key);
      return item === undefined || item.shape === shape ? [] : [{ item, shape }];
    });
    if (changes.length === 0) return;
    const { edit, keys } = corrected(changes);
    desk.tell(edit, `${countShapes(changes.map(({ shape }) => shape))} moved`, keys);
  };

  readonly copy = (): number => {
    this.flush();
    const shapes = this.chosen().map(({ classId, shape, traits }) => ({ classId, shape, traits }));
    if (shapes.length > 0) copies = { from: this.board.desk.props().picture.url, shapes, pasted: 0 };
    return shapes.length;
  };

  readonly paste = (): boolean => {
    this.flush();
    const isHere = copies.from === this.board.desk.props().picture.url;
    copies.pasted += 1;
    return this.add(copies.shapes, isHere ? copies.pasted : 0, "pasted");
  };

  readonly duplicate = (): boolean => {
    this.flush();
    return this.add(this.chosen(), 1, "duplicated");
  };

  /** Copies of shapes, some steps aside; what leaves the image is cut off. */
  private add(shapes: readonly Copy[], steps: number, verb: string): boolean {
    const { desk } = this.board;
    const { widthPx, heightPx } = desk.props().picture;
    const aside = Math.round((ASIDE_PX * steps) / this.board.sight.view.zoom);
    const added = shapes.flatMap(({ classId, shape, traits }): NewShape[] => {
      const [dx, dy] = steps === 0 ? [0, 0] : allowedStep([shape], aside, aside, widthPx, heightPx);
      const here = clipped(moved(shape, dx, dy), widthPx, heightPx);
      return here === null ? [] : [{ key: newKey(), classId, shape: here, traits }];
    });
    if (added.length === 0) return false;
    const words = `${countShapes(added.map(({ shape }) => shape))} ${verb}`;
    desk.tell({ ...NO_EDIT, new: added }, words, new Set(added.map(({ key }) => key)));
    return true;
  }

  readonly raise = (direction: 1 | -1): boolean => {
    const items = this.chosen().filter(({ offered }) => offered === null);
    const others = this.board.desk
      .scene()
      .items.filter((item) => item.offered === null && !items.includes(item))
      .map(({ z }) => z);
    if (items.length === 0 || others.length === 0) return false;
    const z = direction > 0 ? Math.max(...others) + 1 : Math.min(...others) - 1;
    return this.change(
      items.map((item) => ({ item, traits: { ...item.traits, z } })),
      `${countShapes(items.map(({ shape }) => shape))} put ${direction > 0 ? "on top" : "at the bottom"}`,
    );
  };

  readonly resizeBrush = (direction: 1 | -1): void => this.board.resizeBrush(direction);
  readonly zoom = (factor: number): void => this.board.sight.zoomAt(factor, this.board.touch?.screen ?? null);
  readonly fit = (): void => this.board.sight.fit();
  readonly oneToOne = (): void => this.board.sight.oneToOne();
  readonly focus = (): void => this.board.focus();

  readonly reveal = (key: string): void => {
    const item = this.board.desk.scene().get(key);
    if (item !== undefined) this.board.sight.reveal(boundsOf(item.shape));
  };
}

const countProposals = ({ length }: readonly number[], verb: string): string =>
  `${length} ${length === 1 ? "proposal" : "proposals"} ${verb}`;

/**
 * The images of a project as this browser shows them: what the server has acknowledged, and on top of it the gestures
 * that are still on their way.
 */
import { applyGesture, rowsOf, type Patch } from "./effects";
import type { Gesture } from "./gesture";
import {
  copyStates,
  emptyStates,
  rowOf,
  writeRow,
  type ImageStateRow,
  type ImageStates,
} from "./imageStates";
import { Cell } from "./observable";

/** The rows that changed; null means that anything may have. */
export type ChangedRows = Uint32Array | null;

export class StateStore {
  private truth: ImageStates = emptyStates();
  private shown: ImageStates = emptyStates();
  private pending: Gesture[] = [];
  private readonly patches = new Map<string, Patch>();
  private readonly listeners = new Set<(rows: ChangedRows) => void>();

  /** Counts up with every change; for hooks. Listeners that paint point by point use `listen`. */
  readonly version = new Cell(0);
  readonly loaded = new Cell(false);

  /** The columns to show. Read them; change them only by a gesture. */
  get columns(): ImageStates {
    return this.shown;
  }

  /** Gestures that are shown and not yet acknowledged. */
  get pendingCount(): number {
    return this.pending.length;
  }

  /** Calls back with the rows that changed. */
  listen(listener: (rows: ChangedRows) => void): () => void {
    this.listeners.add(listener);
    return () => this.listeners.delete(listener);
  }

  /** All images afresh from the server; gestures on their way stay on top. */
  load(fromServer: ImageStates): void {
    this.truth = fromServer;
    this.rebuild();
    this.loaded.set(true);
  }

  /** Shows a gesture at once. The same gesture a second time changes nothing. */
  show(gesture: Gesture): void {
    if (this.pending.some((each) => each.key === gesture.key)) return;
    this.pending.push(gesture);
    const patch = applyGesture(this.shown, gesture, this.patchFor);
    this.patches.set(gesture.key, patch);
    this.tell(patch.rows);
  }

  /** The server has done it. `revisions`: of the images it touched, where it told. */
  confirm(gesture: Gesture, revisions: ReadonlyMap<number, number> = new Map()): void {
    const before = this.pending.length;
    this.pending = this.pending.filter((each) => each.key !== gesture.key);
    if (this.pending.length === before) return;
    applyGesture(this.truth, gesture, this.patchFor);
    for (const [imageId, revision] of revisions) {
      const row = rowOf(this.truth, imageId);
      if (row >= 0) this.truth.revisions[row] = revision;
    }
    // Only where nothing later is on its way does the shown revision equal the server's.
    if (this.pending.length === 0) this.copyRevisions(revisions.keys());
  }

  /** The server will not do it: everything is shown as it was without it. */
  drop(gesture: Gesture): void {
    this.pending = this.pending.filter((each) => each.key !== gesture.key);
    this.patches.delete(gesture.key);
    this.rebuild();
  }

  /** Fresh facts about some images, from the server. */
  refresh(rows: ReadonlyMap<number, ImageStateRow>): void {
    for (const [imageId, values] of rows) {
      const row = rowOf(this.truth, imageId);
      if (row >= 0) writeRow(this.truth, row, values);
    }
    if (this.pending.length > 0) {
      this.rebuild();
      return;
    }
    const touched = rowsOf(this.shown, Uint32Array.from(rows.keys()));
    for (const [imageId, values] of rows) {
      const row = rowOf(this.shown, imageId);
      if (row >= 0) writeRow(this.shown, row, values);
    }
    this.tell(touched);
  }

  private rebuild(): void {
    this.shown = copyStates(this.truth);
    for (const gesture of this.pending) {
      this.patches.set(gesture.key, applyGesture(this.shown, gesture, this.patchFor));
    }
    this.tell(null);
  }

  private copyRevisions(imageIds: Iterable<number>): void {
    for (const imageId of imageIds) {
      const row = rowOf(this.truth, imageId);
      if (row >= 0) this.shown.revisions[row] = this.truth.revisions[row] ?? 0;
    }
  }

  private readonly patchFor = (key: string): Patch | undefined => this.patches.get(key);

  private tell(rows: ChangedRows): void {
    if (rows?.length === 0) return;
    this.version.update((version) => version + 1);
    for (const listener of [...this.listeners]) listener(rows);
  }
}

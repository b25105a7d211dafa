/** One project while it is open on this page: its images, its selection, and every change to it. */
import type { Edit } from "@/shapes/edit";

import type { ServerEvent } from "./events";
import type { Gesture, GestureBody } from "./gesture";
import type { JournalEvent } from "./journal";
import { readRow, rowOf, type ImageStates, STATE } from "./imageStates";
import { InstanceBook, type FetchInstances } from "./instances";
import { Cell } from "./observable";
import { SelectionStore } from "./selection";
import { countWords } from "./selector";
import type { OperationAnswer } from "./sending";
import type { Session } from "./session";
import { StateStore } from "./stateStore";
import { afterGesture, NOTHING_DONE, withoutGesture, type UndoStacks } from "./undo";

export interface ProjectDoors {
  fetchStates: (projectId: number) => Promise<ImageStates>;
  fetchInstances: (projectId: number, imageIds: number[]) => ReturnType<FetchInstances>;
}

/** Several changes of others within this time bring one fetch. */
const GATHER_MS = 400;

export class OpenProject {
  readonly images = new StateStore();
  /** What is drawn in the images that are looked at. */
  readonly instances: InstanceBook;
  /** Whether annotations have shapes; what changes of whole images do then only the server knows in full. */
  readonly drawsShapes = new Cell(false);
  /** Whether an image may have several classes: the columns hold the first, and which that is only the server knows. */
  readonly multiLabel = new Cell(false);
  readonly selection = new SelectionStore();
  readonly undoStacks = new Cell<UndoStacks>(NOTHING_DONE);
  /** Why the images could not be read, if so. */
  readonly problem = new Cell<Error | null>(null);
  /** Operations that this browser made, whose events tell it nothing new. */
  private readonly own = new Set<number>();
  /** Operations told while gestures of ours were on their way: ours or another's, the answers will tell. */
  private readonly doubtful = new Map<number, readonly number[] | null>();
  private stops: (() => void)[] = [];
  private refetch: ReturnType<typeof setTimeout> | undefined;
  private newestOwn = 0;
  private closed = false;

  constructor(
    readonly id: number,
    private readonly session: Session,
    private readonly doors: ProjectDoors,
  ) {
    this.instances = new InstanceBook((imageIds) => doors.fetchInstances(id, imageIds));
  }

  /** Reads all images and what of this browser's gestures is still on its way. */
  async open(): Promise<void> {
    this.closed = false;
    this.stops = [
      this.session.journal.listen((event) => this.onJournal(event)),
      this.session.events.listen((event) => this.onServer(event)),
    ];
    const made = await this.session.journal.ofThisTab(this.id);
    this.undoStacks.set(made.reduce(afterGesture, NOTHING_DONE));
    for (const gesture of await this.session.journal.waiting(this.id)) this.show(gesture);
    await this.reload();
  }

  close(): void {
    this.closed = true;
    clearTimeout(this.refetch);
    this.instances.close();
    for (const stop of this.stops) stop();
  }

  /**
   * Does a change: shown at once, on disk within milliseconds, sent in order. `imageIds`: the images it means, as far
   * as this browser knows; `words`: for the undo button and for messages. Rejects only where nothing could be kept.
   */
  async perform(body: GestureBody, imageIds: Uint32Array, words: string): Promise<Gesture> {
    const made = {
      project_id: this.id,
      tab: this.session.tab,
      key: crypto.randomUUID(),
      made_at: new Date().toISOString(),
      image_ids: imageIds,
      body,
      words,
    };
    const shown: Gesture = { ...made, number: 0, state: "waiting" };
    this.show(shown);
    this.undoStacks.update((stacks) => afterGesture(stacks, shown));
    try {
      return await this.session.journal.add(made);
    } catch (error) {
      this.forget(shown);
      throw error;
    }
  }

  private show(gesture: Gesture): void {
    this.images.show(gesture);
    this.instances.show(gesture);
  }

  /** Does a gesture of the editor; null where the image has not come yet. */
  edit(imageId: number, edit: Edit, words: string): Promise<Gesture> | null {
    const body = this.instances.bodyOf(imageId, edit);
    return body === null ? null : this.perform(body, Uint32Array.of(imageId), words);
  }

  /** The same for the chosen images; null where nothing is chosen. */
  performOnSelection(
    bodyOf: (selector: NonNullable<ReturnType<SelectionStore["meant"]>>["selector"]) => GestureBody,
    verb: string,
  ): Promise<Gesture> | null {
    const meant = this.selection.meant();
    if (meant === null) return null;
    const body = bodyOf(meant.selector);
    const words = `${countWords(this.touchedBy(body, meant.imageIds))} ${verb}`;
    return this.perform(body, meant.imageIds, words);
  }

  /** Of these images, how many a change concerns: only those with a proposal can be accepted or rejected. */
  private touchedBy(body: GestureBody, imageIds: Uint32Array): number {
    if (body.kind !== "accept" && body.kind !== "reject") return imageIds.length;
    const { columns } = this.images;
    return imageIds.reduce(
      (count, id) => count + (columns.states[rowOf(columns, id)] === STATE.proposed ? 1 : 0),
      0,
    );
  }

  /** Revisions of images as they are shown, for gestures that must not override what somebody else did meanwhile. */
  revisionsOf(imageIds: Iterable<number>): Record<string, number> {
    const columns = this.images.columns;
    const known = [...imageIds].map((id) => [id, rowOf(columns, id)] as const).filter(([, row]) => row >= 0);
    return Object.fromEntries(known.map(([id, row]) => [String(id), readRow(columns, row).revision]));
  }

  /** Takes back the latest gesture of this tab; null where there is none. */
  undo(): Promise<Gesture> | null {
    const last = this.undoStacks.get().done.at(-1);
    if (last === undefined) return null;
    return this.perform({ kind: "revert", of_key: last.key }, last.image_ids, `Undo: ${last.words}`);
  }

  redo(): Promise<Gesture> | null {
    const last = this.undoStacks.get().undone.at(-1);
    if (last === undefined) return null;
    return this.perform({ kind: "revert", of_key: last.key }, last.image_ids, `Redo: ${last.words}`);
  }

  /** All images afresh. */
  async reload(): Promise<void> {
    try {
      let states = await this.doors.fetchStates(this.id);
      // An answer that began before a gesture was acknowledged does not hold it yet.
      while (states.operationId < this.newestOwn && !this.isClosed()) {
        states = await this.doors.fetchStates(this.id);
      }
      if (this.isClosed()) return;
      this.images.load(states);
      this.problem.set(null);
    } catch (error) {
      this.problem.set(error instanceof Error ? error : new Error(String(error)));
    }
  }

  private onJournal(event: JournalEvent<OperationAnswer>): void {
    const { gesture } = event;
    if (gesture.project_id !== this.id) return;
    this.instances.hear(event);
    if (event.kind === "added") this.images.show(gesture);
    else if (event.kind === "done") this.onDone(gesture, event.answer);
    else {
      this.forget(gesture);
      this.refetchSoon();
    }
  }

  private readonly isClosed = (): boolean => this.closed;

  private onDone(gesture: Gesture, { operation, revisions }: OperationAnswer): void {
    if (operation !== null) {
      this.own.add(operation.id);
      this.newestOwn = Math.max(this.newestOwn, operation.id);
      this.doubtful.delete(operation.id);
    }
    const known = Object.entries(revisions ?? {}).map(([id, revision]) => [Number(id), revision] as const);
    this.images.confirm(gesture, new Map(known));
    if (this.isUntold(gesture.body.kind) || revisions === null) this.refetchSoon();
    this.settleDoubts();
  }

  /** What these do in full only the server knows. */
  private isUntold(kind: GestureBody["kind"]): boolean {
    if (kind === "revert" || kind === "unlabel") return true;
    if (this.multiLabel.get() && (kind === "label" || kind === "accept")) return true;
    return this.drawsShapes.get() && kind !== "instances";
  }

  private forget(gesture: Gesture): void {
    this.images.drop(gesture);
    this.instances.drop(gesture);
    this.undoStacks.update((stacks) => withoutGesture(stacks, gesture.key));
  }

  private onServer({ name, data }: ServerEvent): void {
    if (name === "hello" && !data.complete) this.outdateAll();
    if (name === "operation" && data.project_id === this.id)
      this.onOperation(data.operation_id, data.image_ids);
    if (name === "project" && data.project_id === this.id && this.concernsImages(data.parts))
      this.outdateAll();
  }

  private outdateAll(): void {
    this.instances.outdate(null);
    this.refetchSoon();
  }

  private onOperation(operationId: number, imageIds: readonly number[] | null): void {
    if (this.own.has(operationId)) return;
    this.doubtful.set(operationId, imageIds);
    this.settleDoubts();
  }

  private settleDoubts(): void {
    if (this.doubtful.size === 0 || this.images.pendingCount > 0) return;
    for (const imageIds of this.doubtful.values()) this.instances.outdate(imageIds);
    this.doubtful.clear();
    this.refetchSoon();
  }

  /** New images, another model's proposals, or those that a model finds just now. */
  private concernsImages(parts: readonly string[]): boolean {
    return ["images", "project", "models", "proposals"].some((part) => parts.includes(part));
  }

  private refetchSoon(): void {
    // Not put off by the next change: an import tells of new images all the time.
    this.refetch ??= setTimeout(() => {
      this.refetch = undefined;
      void this.reload();
    }, GATHER_MS);
  }
}

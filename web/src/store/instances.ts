/** The instances of the images that are looked at, fetched ahead and kept in step with this page and with others. */
import { newKey, type Edit } from "@/shapes/edit";

import type { Gesture, InstancesBody } from "./gesture";
import { ImageInstances } from "./imageInstances";
import type { WireInstances } from "./instancesView";
import type { JournalEvent } from "./journal";
import { Cell } from "./observable";
import type { OperationAnswer } from "./sending";

export type FetchInstances = (imageIds: number[]) => Promise<readonly WireInstances[]>;

/** Images beyond those that are wanted. */
const MOST_KEPT = 24;
/** In one question: the outlines of some images take megabytes. */
const MOST_AT_ONCE = 24;
const PAUSE_MS = 1000;

export class InstanceBook {
  /** Why the last question failed; null while all is well. */
  readonly problem = new Cell<unknown>(null);
  /** Counts up whenever an image is known to be gone, or comes. */
  readonly version = new Cell(0);
  private readonly pages = new Map<number, ImageInstances>();
  private readonly stale = new Set<number>();
  private readonly gone = new Set<number>();
  private readonly asked = new Set<number>();
  private wanted: readonly number[] = [];
  private paused: ReturnType<typeof setTimeout> | undefined;

  constructor(private readonly fetchThem: FetchInstances) {}

  /** The instances of an image, whether they have come or not. */
  of(imageId: number): ImageInstances {
    const page = this.pages.get(imageId) ?? new ImageInstances(imageId);
    this.pages.set(imageId, page);
    return page;
  }

  isGone(imageId: number): boolean {
    return this.gone.has(imageId);
  }

  /** Says which images are looked at or come next, most urgent first. */
  want(imageIds: readonly number[]): void {
    this.wanted = imageIds;
    for (const id of imageIds) {
      const page = this.of(id);
      this.pages.delete(id);
      this.pages.set(id, page);
    }
    this.ask();
  }

  /** What a gesture of the editor asks of the server; null while the image is not known. */
  bodyOf(imageId: number, edit: Edit): InstancesBody | null {
    return this.of(imageId).bodyOf(edit, newKey);
  }

  show(gesture: Gesture): void {
    for (const page of this.touchedBy(gesture)) page.show(gesture);
  }

  drop(gesture: Gesture): void {
    for (const page of this.touchedBy(gesture)) {
      page.drop(gesture);
      this.stale.add(page.imageId);
    }
    this.ask();
  }

  /** What became of a gesture of this browser. */
  hear(event: JournalEvent<OperationAnswer>): void {
    const { gesture } = event;
    if (event.kind === "added") this.show(gesture);
    else if (event.kind === "done") this.onDone(gesture, event.answer);
    else this.drop(gesture);
  }

  /** Somebody else changed these images; null for any. */
  outdate(imageIds: readonly number[] | null): void {
    for (const id of imageIds ?? this.pages.keys()) if (this.pages.has(id)) this.stale.add(id);
    this.ask();
  }

  close(): void {
    this.wanted = [];
    clearTimeout(this.paused);
    this.paused = undefined;
  }

  private onDone(gesture: Gesture, answer: OperationAnswer): void {
    for (const page of this.touchedBy(gesture)) {
      page.confirm(gesture, answer.new_ids ?? [], answer.revisions?.[String(page.imageId)]);
      // What others do in full, and how a shape was mended, only the server knows.
      const known = gesture.body.kind === "instances" && (answer.notices ?? []).length === 0;
      if (!known) this.stale.add(page.imageId);
    }
    this.ask();
  }

  /** The pages of the images that a gesture means, as far as they are here; of a gesture on one image always its page. */
  private touchedBy(gesture: Gesture): readonly ImageInstances[] {
    const ids = gesture.image_ids;
    const [only] = ids;
    if (ids.length === 1 && only !== undefined) return [this.of(only)];
    const meant = new Set(ids);
    return [...this.pages.values()].filter(({ imageId }) => meant.has(imageId));
  }

  /** Asks for what is wanted and not known; an image with gestures on their way waits until these are answered. */
  private ask(): void {
    this.forget();
    if (this.paused !== undefined) return;
    const open = this.wanted.filter((id) => this.isOpen(id));
    const [first, ...others] = open;
    if (first === undefined) return;
    // The one on the screen does not wait for those that come after it.
    const urgent = first === this.wanted[0];
    void this.request(urgent ? [first] : [first, ...others.slice(0, MOST_AT_ONCE - 1)]);
    for (let at = 0; urgent && at < others.length; at += MOST_AT_ONCE)
      void this.request(others.slice(at, at + MOST_AT_ONCE));
  }

  private isOpen(id: number): boolean {
    const page = this.of(id);
    const known = page.shown.get() !== null && !this.stale.has(id);
    return !known && !this.gone.has(id) && !this.asked.has(id) && page.pendingCount === 0;
  }

  private async request(ids: number[]): Promise<void> {
    const epochs = new Map(ids.map((id) => [id, this.of(id).epoch]));
    for (const id of ids) {
      this.asked.add(id);
      this.stale.delete(id);
    }
    try {
      const found = await this.fetchThem(ids);
      for (const each of found) {
        // An answer from before a gesture says nothing of the image with it.
        if (this.of(each.image_id).epoch === epochs.get(each.image_id)) this.of(each.image_id).load(each);
        else this.stale.add(each.image_id);
      }
      const there = new Set(found.map(({ image_id }) => image_id));
      for (const id of ids) if (!there.has(id)) this.gone.add(id);
      this.problem.set(null);
    } catch (error) {
      for (const id of ids) this.stale.add(id);
      this.pause(error);
    }
    for (const id of ids) this.asked.delete(id);
    this.version.update((version) => version + 1);
    this.ask();
  }

  private pause(error: unknown): void {
    this.problem.set(error);
    this.paused ??= setTimeout(() => {
      this.paused = undefined;
      this.ask();
    }, PAUSE_MS);
  }

  private forget(): void {
    const wanted = new Set(this.wanted);
    let over = this.pages.size - wanted.size - MOST_KEPT;
    // A map hands out its oldest entries first.
    for (const [id, page] of this.pages) {
      if (over <= 0) return;
      if (wanted.has(id) || page.pendingCount > 0) continue;
      this.pages.delete(id);
      this.stale.delete(id);
      over -= 1;
    }
  }
}

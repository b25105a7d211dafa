/**
 * The instances of one image as this browser shows them: what the server has acknowledged, and on top of it the gestures
 * that are still on their way.
 */
import type { Edit } from "@/shapes/edit";

import type { Gesture, InstancesBody } from "./gesture";
import {
  keptEdit,
  keysMade,
  patchBetween,
  viewOf,
  withBulk,
  withEdit,
  withPatch,
  type InstancesPatch,
  type InstancesView,
  type WireInstances,
} from "./instancesView";
import { Cell } from "./observable";

export class ImageInstances {
  /** What to show; null until it has come from the server. */
  readonly shown = new Cell<InstancesView | null>(null);
  private truth: InstancesView | null = null;
  private pending: readonly Gesture[] = [];
  private readonly patches = new Map<string, InstancesPatch>();
  /** Numbers of the instances that were drawn on this page, by the key that they keep here, and back. */
  private readonly numbers = new Map<string, number>();
  private readonly keys = new Map<number, string>();
  /** Counts up with every gesture that comes or goes: an answer that began before says nothing about it. */
  epoch = 0;

  constructor(readonly imageId: number) {}

  /** Gestures that are shown and not yet acknowledged. */
  get pendingCount(): number {
    return this.pending.length;
  }

  /** What the server has now; gestures on their way stay on top. */
  load(found: WireInstances): void {
    this.truth = viewOf(found, (id) => this.keys.get(id));
    this.rebuild();
  }

  /** An edit as a gesture that can be sent later, by another life of this page too; null before the image is known. */
  bodyOf(edit: Edit, newKey: () => string): InstancesBody | null {
    const view = this.shown.get();
    if (view === null) return null;
    const numbered = (key: string) => String(this.numbers.get(key) ?? key);
    const kept = keptEdit(edit, newKey);
    const after = withEdit(view, kept);
    const before = this.pending.at(-1);
    return {
      kind: "instances",
      image_id: this.imageId,
      edit: {
        ...kept,
        changed: kept.changed.map((each) => ({ ...each, key: numbered(each.key) })),
        removed: kept.removed.map(numbered),
      },
      expected_revision: before === undefined ? view.revision : null,
      after: before?.key ?? null,
      looks: {
        state: after.state,
        class_id: after.drawn[0]?.classId ?? null,
        proposal_class_id: after.offered[0]?.classId ?? null,
        confidence: after.offered[0]?.confidence ?? null,
      },
    };
  }

  /** Shows a gesture at once. The same gesture a second time changes nothing. */
  show(gesture: Gesture): void {
    if (this.pending.some(({ key }) => key === gesture.key)) return;
    this.epoch += 1;
    this.pending = [...this.pending, gesture];
    const view = this.shown.get();
    if (view !== null) this.shown.set(this.applied(view, gesture));
  }

  /** The server has done it. `newIds`: numbers of the instances that it made; `revision`: of the image with it. */
  confirm(gesture: Gesture, newIds: readonly number[], revision: number | undefined): void {
    if (gesture.body.kind === "instances") this.number(gesture.body, newIds);
    const before = this.pending.length;
    this.pending = this.pending.filter(({ key }) => key !== gesture.key);
    if (this.pending.length === before) return;
    this.epoch += 1;
    if (this.truth === null) return;
    const after = this.applied(this.truth, gesture);
    this.truth = { ...after, revision: revision ?? after.revision };
    if (this.pending.length === 0) this.shown.set(this.truth);
  }

  /** The server will not do it: everything is shown as it was without it. */
  drop(gesture: Gesture): void {
    const before = this.pending.length;
    this.pending = this.pending.filter(({ key }) => key !== gesture.key);
    this.patches.delete(gesture.key);
    if (this.pending.length === before) return;
    this.epoch += 1;
    this.rebuild();
  }

  private number(body: InstancesBody, newIds: readonly number[]): void {
    keysMade(body.edit).forEach((key, at) => {
      const id = newIds[at];
      if (id === undefined) return;
      this.numbers.set(key, id);
      this.keys.set(id, key);
    });
  }

  private rebuild(): void {
    let view = this.truth;
    if (view === null) return;
    for (const gesture of this.pending) view = this.applied(view, gesture);
    this.shown.set(view);
  }

  /** The view after a gesture; how to take that back is kept for its undo. */
  private applied(view: InstancesView, gesture: Gesture): InstancesView {
    const after = this.effectOf(view, gesture);
    this.patches.set(gesture.key, patchBetween(view, after));
    return after;
  }

  private effectOf(view: InstancesView, { body }: Gesture): InstancesView {
    switch (body.kind) {
      case "instances":
        return withEdit(view, {
          ...body.edit,
          changed: body.edit.changed.map((each) => ({ ...each, key: this.keyOf(each.key) })),
          removed: body.edit.removed.map((key) => this.keyOf(key)),
        });
      case "clear":
      case "skip":
      case "unclear":
      case "reopen":
      case "reject":
        return withBulk(view, body.kind);
      case "revert": {
        const patch = "of_key" in body ? this.patches.get(body.of_key) : undefined;
        return patch === undefined ? view : withPatch(view, patch);
      }
      default:
        // What these do to shapes only the server knows; it is asked when they are done.
        return view;
    }
  }

  /** The key under which an instance is shown here, of its number or of another key. */
  private keyOf(key: string): string {
    return this.keys.get(Number(key)) ?? key;
  }
}

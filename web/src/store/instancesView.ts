/** What is drawn in one image and proposed for it, as plain values: read from the wire, changed by gestures, put back. */
import type { Schemas } from "@/api/client";
import type { ChangedShape, Drawn, Edit, NewShape, Offered } from "@/shapes/edit";
import { PLAIN, type Shape, type Traits } from "@/shapes/shape";

import type { ImageState } from "./filters";

export type WireInstances = Schemas["ImageInstances"];

export interface InstancesView {
  readonly state: ImageState;
  /** Of the image, as the server counts; gestures on their way are not in it. */
  readonly revision: number;
  readonly drawn: readonly Drawn[];
  /** Open proposals, surest first. */
  readonly offered: readonly Offered[];
}

/** An edit as the journal keeps it: an accepted proposal has the key of the instance that it becomes. */
export interface KeptEdit {
  readonly new: readonly NewShape[];
  readonly changed: readonly ChangedShape[];
  readonly removed: readonly string[];
  readonly accepted: readonly { readonly id: number; readonly key: string }[];
  readonly rejected: readonly number[];
  readonly finished?: boolean;
}

export const keptEdit = (edit: Edit, newKey: () => string): KeptEdit => ({
  ...edit,
  accepted: edit.accepted.map((id) => ({ id, key: newKey() })),
});

/** Keys of the instances that an edit makes, in the order in which the server numbers them. */
export const keysMade = (edit: KeptEdit): string[] => [
  ...edit.new.map(({ key }) => key),
  ...edit.accepted.map(({ key }) => key),
];

/** The wire has null where nobody drew a box around keypoints. */
const shapeOf = (shape: WireInstances["instances"][number]["shape"]): Shape => {
  if (shape.kind !== "keypoints" || (shape.box ?? null) !== null) return shape as Shape;
  return { kind: "keypoints", points: shape.points };
};

/** `keyOf`: the key under which this page knows an instance since before it had a number. */
export const viewOf = (found: WireInstances, keyOf: (id: number) => string | undefined): InstancesView => ({
  state: found.state,
  revision: found.revision,
  drawn: found.instances.map((each) => ({
    key: keyOf(each.id) ?? String(each.id),
    classId: each.class_id,
    shape: shapeOf(each.shape),
    traits: each.traits as Traits,
    acceptedFrom: each.accepted_from,
  })),
  offered: found.proposals.map((each) => ({
    id: each.id,
    classId: each.class_id,
    modelId: each.model_id,
    confidence: each.confidence,
    shape: shapeOf(each.shape),
  })),
});

/** The state of an image by what it holds, as the server settles it; what somebody said of it stays. */
const settled = (state: ImageState, view: Pick<InstancesView, "drawn" | "offered">): ImageState => {
  if (state === "labelled" || state === "skipped" || state === "unclear") return state;
  if (view.drawn.length > 0) return "draft";
  return view.offered.length > 0 ? "proposed" : "new";
};

const stateAfter = (view: InstancesView, edit: KeptEdit): ImageState => {
  if (edit.finished !== undefined) return edit.finished ? "labelled" : "new";
  const draws = keysMade(edit).length + edit.changed.length + edit.removed.length > 0;
  const aside = view.state === "skipped" || view.state === "unclear";
  return draws && aside ? "draft" : view.state;
};

/** The view after a gesture of the editor. What it speaks of and is not there any more is left out. */
export const withEdit = (view: InstancesView, edit: KeptEdit): InstancesView => {
  const removed = new Set(edit.removed);
  const changed = new Map(edit.changed.map((each) => [each.key, each]));
  const proposed = new Map(view.offered.map((each) => [each.id, each]));
  const came: Drawn[] = edit.new.map(({ key, classId, shape, traits, corrects }) => ({
    key,
    classId,
    shape,
    traits,
    acceptedFrom: corrects === undefined ? null : (proposed.get(corrects)?.modelId ?? null),
  }));
  for (const { id, key } of edit.accepted) {
    const taken = proposed.get(id);
    if (taken === undefined) continue;
    came.push({
      key,
      classId: taken.classId,
      shape: taken.shape,
      traits: PLAIN,
      acceptedFrom: taken.modelId,
    });
  }
  const answered = new Set<number | undefined>([
    ...edit.rejected,
    ...edit.accepted.map(({ id }) => id),
    ...edit.new.map(({ corrects }) => corrects),
  ]);
  const drawn = view.drawn
    .filter(({ key }) => !removed.has(key))
    .map((each) => ({ ...each, ...changed.get(each.key) }));
  const after = {
    drawn: came.length === 0 && removed.size === 0 && changed.size === 0 ? view.drawn : [...drawn, ...came],
    offered: view.offered.filter(({ id }) => !answered.has(id)),
  };
  return { ...view, ...after, state: settled(stateAfter(view, edit), after) };
};

/** What a change of whole images does to one of them. */
export const withBulk = (
  view: InstancesView,
  kind: "clear" | "skip" | "unclear" | "reopen" | "reject",
): InstancesView => {
  const after = {
    drawn: kind === "clear" ? [] : view.drawn,
    offered: kind === "reject" ? [] : view.offered,
  };
  if (kind === "skip" || kind === "unclear")
    return { ...view, state: kind === "skip" ? "skipped" : "unclear" };
  const aside = view.state === "skipped" || view.state === "unclear";
  const state = kind === "clear" || (kind === "reopen" && aside) ? "new" : view.state;
  return { ...view, ...after, state: settled(state, after) };
};

/** What a gesture touched, as it was before; null for what was not there. */
export interface InstancesPatch {
  readonly drawn: ReadonlyMap<string, Drawn | null>;
  readonly offered: ReadonlyMap<number, Offered | null>;
  /** null where the state stayed. */
  readonly state: ImageState | null;
}

const differences = <K, V>(
  before: readonly V[],
  after: readonly V[],
  keyOf: (each: V) => K,
): Map<K, V | null> => {
  const was = new Map(before.map((each) => [keyOf(each), each]));
  const is = new Map(after.map((each) => [keyOf(each), each]));
  const found = new Map<K, V | null>();
  for (const [key, value] of was) if (is.get(key) !== value) found.set(key, value);
  for (const key of is.keys()) if (!was.has(key)) found.set(key, null);
  return found;
};

export const patchBetween = (before: InstancesView, after: InstancesView): InstancesPatch => ({
  drawn: differences(before.drawn, after.drawn, ({ key }) => key),
  offered: differences(before.offered, after.offered, ({ id }) => id),
  state: before.state === after.state ? null : before.state,
});

const putBack = <K, V>(
  now: readonly V[],
  patch: ReadonlyMap<K, V | null>,
  keyOf: (each: V) => K,
): readonly V[] => {
  if (patch.size === 0) return now;
  const left = new Map(patch);
  const kept = now.flatMap((each) => {
    const was = left.get(keyOf(each));
    if (was === undefined) return [each];
    left.delete(keyOf(each));
    return was === null ? [] : [was];
  });
  return [...kept, ...[...left.values()].filter((each) => each !== null)];
};

/** The view with what a patch speaks of as it was. */
export const withPatch = (view: InstancesView, patch: InstancesPatch): InstancesView => ({
  ...view,
  drawn: putBack(view.drawn, patch.drawn, ({ key }) => key),
  offered: [...putBack(view.offered, patch.offered, ({ id }) => id)].sort(
    (a, b) => b.confidence - a.confidence,
  ),
  state: patch.state ?? view.state,
});

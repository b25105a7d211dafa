/** A gesture of the editor as the server takes it: earlier gestures tell the numbers and the revision that it builds on. */
import type { Schemas } from "@/api/client";

import type { GestureBody, GestureProblem, InstancesBody } from "./gesture";
import { keysMade, type KeptEdit } from "./instancesView";
import type { KeptGestures } from "./journal";

export type Resolved =
  | { kind: "send"; imageId: number; body: Schemas["InstanceGesture"] }
  | { kind: "conflict" | "refused"; problem: GestureProblem };

const CHANGED: GestureProblem = {
  code: "stale-revision",
  message: "The image was changed elsewhere before this was saved.",
  remedy: null,
  detail: null,
};

const NEVER_MADE: GestureProblem = {
  code: "unknown-number",
  message: "This changes something that was drawn before and could not be saved.",
  remedy: "Draw it again.",
  detail: null,
};

/** What a gesture asks once those before it have been answered. */
export const resolved = async (body: InstancesBody, kept: KeptGestures): Promise<Resolved> => {
  const expected = await expectedRevision(body, kept);
  if (typeof expected === "object" && expected !== null) return { kind: "conflict", problem: expected };
  const numbers = await numbersOf(body.edit, kept);
  if (numbers === null) return { kind: "refused", problem: NEVER_MADE };
  const { edit } = body;
  const wire = {
    new: edit.new.map(({ classId, shape, traits, corrects }) => ({
      class_id: classId,
      shape,
      traits,
      corrects: corrects ?? null,
    })),
    changed: edit.changed.map(({ key, classId, shape, traits }) => ({
      id: numbers(key),
      class_id: classId,
      shape,
      traits,
    })),
    removed: edit.removed.map(numbers),
    accepted: edit.accepted.map(({ id }) => id),
    rejected: edit.rejected,
    finished: edit.finished ?? null,
    expected_revision: expected,
  };
  // Its lists are not changed; the generated types know no read-only ones.
  return { kind: "send", imageId: body.image_id, body: wire as unknown as Schemas["InstanceGesture"] };
};

/** The revision that the person saw; null for any; a problem where the gesture before it is itself in conflict. */
const expectedRevision = async (
  { image_id, after, expected_revision }: InstancesBody,
  kept: KeptGestures,
): Promise<number | null | GestureProblem> => {
  if (after === null) return expected_revision;
  const before = await kept.get(after);
  if (before === undefined) return CHANGED;
  if (before.state === "conflict") return before.problem ?? CHANGED;
  const brought = before.revisions?.[String(image_id)];
  if (brought !== undefined) return brought;
  // It changed nothing: what it was made on is what is there.
  return behind(before.body, image_id, kept);
};

const behind = async (
  body: GestureBody,
  imageId: number,
  kept: KeptGestures,
): Promise<number | null | GestureProblem> => {
  if (body.kind === "instances") return expectedRevision(body, kept);
  if (body.kind !== "revert") return body.expected_revisions?.[String(imageId)] ?? null;
  const reverted = "of_key" in body ? await kept.get(body.of_key) : undefined;
  return reverted?.state === "conflict" ? (reverted.problem ?? CHANGED) : null;
};

/** Tells the number of an instance by its key; null where one of them was never made. */
const numbersOf = async (edit: KeptEdit, kept: KeptGestures): Promise<((key: string) => number) | null> => {
  const numbers = new Map<string, number>();
  for (const key of [...edit.changed.map((each) => each.key), ...edit.removed]) {
    const number = key.startsWith("new:") ? await numberOf(key, kept) : Number(key);
    if (number === undefined) return null;
    numbers.set(key, number);
  }
  return (key) => numbers.get(key) ?? 0;
};

const numberOf = async (key: string, kept: KeptGestures): Promise<number | undefined> => {
  const made = await kept.newestSaved(
    ({ body }) => body.kind === "instances" && keysMade(body.edit).includes(key),
  );
  return made?.body.kind === "instances" ? made.new_ids?.[keysMade(made.body.edit).indexOf(key)] : undefined;
};

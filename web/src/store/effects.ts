/** What a gesture does to the columns, before the server has said so; and how that is taken back. */
import { folderIndex, NONE, rowOf, STATE, type ImageStates } from "./imageStates";
import { SPLITS } from "./filters";
import type { Gesture, InstancesBody, OnImagesBody } from "./gesture";

/** The rows that a gesture changed as they were before it. */
export interface Patch {
  rows: Uint32Array;
  states: Int8Array;
  classIds: Int32Array;
  proposalClassIds: Int32Array;
  confidences: Float32Array;
  folderIndexes: Int32Array;
  splits: Int8Array;
}

const take = <T extends Int8Array | Int32Array | Float32Array>(from: T, rows: Uint32Array, into: T): T => {
  for (let i = 0; i < rows.length; i++) into[i] = from[rows[i] ?? 0] ?? 0;
  return into;
};

export const patchOf = (states: ImageStates, rows: Uint32Array): Patch => ({
  rows,
  states: take(states.states, rows, new Int8Array(rows.length)),
  classIds: take(states.classIds, rows, new Int32Array(rows.length)),
  proposalClassIds: take(states.proposalClassIds, rows, new Int32Array(rows.length)),
  confidences: take(states.confidences, rows, new Float32Array(rows.length)),
  folderIndexes: take(states.folderIndexes, rows, new Int32Array(rows.length)),
  splits: take(states.splits, rows, new Int8Array(rows.length)),
});

const differs = (before: Patch, after: Patch, i: number): boolean =>
  before.states[i] !== after.states[i] ||
  before.classIds[i] !== after.classIds[i] ||
  before.proposalClassIds[i] !== after.proposalClassIds[i] ||
  before.folderIndexes[i] !== after.folderIndexes[i] ||
  before.splits[i] !== after.splits[i];

/** Puts rows back as they were; their revision goes on, as a revert is an operation too. */
export const applyPatch = (states: ImageStates, patch: Patch): void => {
  patch.rows.forEach((row, i) => {
    states.states[row] = patch.states[i] ?? 0;
    states.classIds[row] = patch.classIds[i] ?? NONE;
    states.proposalClassIds[row] = patch.proposalClassIds[i] ?? NONE;
    states.confidences[row] = patch.confidences[i] ?? NaN;
    states.folderIndexes[row] = patch.folderIndexes[i] ?? 0;
    states.splits[row] = patch.splits[i] ?? 0;
    states.revisions[row] = (states.revisions[row] ?? 0) + 1;
  });
};

type RowChange = (states: ImageStates, row: number) => void;

const setClass = (states: ImageStates, row: number, classId: number): void => {
  states.classIds[row] = classId;
  states.states[row] = STATE.labelled;
};

/** The state of an image that has no label: proposed where a model has said something. */
const unlabelled = (states: ImageStates, row: number): number =>
  states.proposalClassIds[row] === NONE ? STATE.new : STATE.proposed;

/** An image that was set aside has no label to lose, and stays where it is. */
const clearClass: RowChange = (states, row) => {
  if (states.classIds[row] === NONE) return;
  states.classIds[row] = NONE;
  states.states[row] = unlabelled(states, row);
};

/** Labels go with it. */
const setAside =
  (state: number): RowChange =>
  (states, row) => {
    states.classIds[row] = NONE;
    states.states[row] = state;
  };

const rejectProposal: RowChange = (states, row) => {
  states.proposalClassIds[row] = NONE;
  states.confidences[row] = NaN;
  if (states.states[row] === STATE.proposed) states.states[row] = STATE.new;
};

const acceptProposal =
  (classId: number | undefined, threshold: number): RowChange =>
  (states, row) => {
    const proposed = states.proposalClassIds[row] ?? NONE;
    const meant = classId === undefined || classId === proposed;
    const sure = (states.confidences[row] ?? NaN) >= threshold;
    if (states.states[row] === STATE.proposed && meant && sure) setClass(states, row, proposed);
  };

const reopen: RowChange = (states, row) => {
  const aside = states.states[row] === STATE.skipped || states.states[row] === STATE.unclear;
  if (aside) states.states[row] = unlabelled(states, row);
};

const draw =
  ({ looks }: InstancesBody): RowChange =>
  (states, row) => {
    states.states[row] = STATE[looks.state];
    states.classIds[row] = looks.class_id ?? NONE;
    states.proposalClassIds[row] = looks.proposal_class_id ?? NONE;
    states.confidences[row] = looks.confidence ?? NaN;
  };

const changeOf = (body: OnImagesBody | InstancesBody, states: ImageStates): RowChange => {
  switch (body.kind) {
    case "instances":
      return draw(body);
    case "label":
      return (each, row) => setClass(each, row, body.class_id);
    case "unlabel":
      return (each, row) => {
        if (each.classIds[row] === body.class_id) clearClass(each, row);
      };
    case "clear":
      return clearClass;
    case "skip":
      return setAside(STATE.skipped);
    case "unclear":
      return setAside(STATE.unclear);
    case "reopen":
      return reopen;
    case "reject":
      return rejectProposal;
    case "accept":
      return acceptProposal(body.class_id, body.threshold ?? 0);
    case "split":
      return (each, row) => (each.splits[row] = SPLITS.indexOf(body.split));
    case "folder": {
      const index = folderIndex(states, body.folder);
      return (each, row) => (each.folderIndexes[row] = index);
    }
  }
};

export const rowsOf = (states: ImageStates, imageIds: Uint32Array): Uint32Array =>
  Uint32Array.from(imageIds, (id) => rowOf(states, id) + 1)
    .filter((rowAndOne) => rowAndOne > 0)
    .map((rowAndOne) => rowAndOne - 1);

/**
 * Applies a gesture to the columns and gives what it changed, as it was before. `patchFor` knows the patches of earlier
 * gestures; without it a revert changes nothing here, and the server's answer brings it.
 */
export const applyGesture = (
  states: ImageStates,
  gesture: Gesture,
  patchFor: (key: string) => Patch | undefined,
): Patch => {
  const { body } = gesture;
  if (body.kind === "revert") {
    const earlier = "of_key" in body ? patchFor(body.of_key) : undefined;
    const patch = patchOf(states, earlier?.rows ?? new Uint32Array(0));
    if (earlier !== undefined) applyPatch(states, earlier);
    return patch;
  }
  const rows = rowsOf(states, gesture.image_ids);
  const patch = patchOf(states, rows);
  const change = changeOf(body, states);
  for (const row of rows) change(states, row);
  // As on the server, an image that already is as it is wanted is not touched.
  const after = patchOf(states, rows);
  rows.forEach((row, i) => {
    if (body.kind === "instances" || differs(patch, after, i))
      states.revisions[row] = (states.revisions[row] ?? 0) + 1;
  });
  return patch;
};

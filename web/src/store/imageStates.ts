/** What every image of a project is at the moment, as columns of equal length: the colours of the map, the badges of the
 * gallery. A row is a position in them. */
import type { Columns } from "./columns";
import { SPLITS, STATES, type ImageState, type Split } from "./filters";

export const STATE = {
  new: 0,
  proposed: 1,
  labelled: 2,
  skipped: 3,
  unclear: 4,
  draft: 5,
} as const satisfies Record<ImageState, number>;

/** No class, no proposal. */
export const NONE = -1;

export interface ImageStates {
  /** Ascending. */
  imageIds: Uint32Array;
  /** Indexes into STATES. */
  states: Int8Array;
  /** The first class that a person or an import gave, or NONE. */
  classIds: Int32Array;
  proposalClassIds: Int32Array;
  /** Of the proposal, 0 to 1; NaN without one. */
  confidences: Float32Array;
  /** Indexes into `folders`. */
  folderIndexes: Int32Array;
  /** Indexes into SPLITS. */
  splits: Int8Array;
  revisions: Uint32Array;
  folders: readonly string[];
  /** The newest operation that is in it, 0 where none is. */
  operationId: number;
}

export const emptyStates = (): ImageStates => ({
  imageIds: new Uint32Array(0),
  states: new Int8Array(0),
  classIds: new Int32Array(0),
  proposalClassIds: new Int32Array(0),
  confidences: new Float32Array(0),
  folderIndexes: new Int32Array(0),
  splits: new Int8Array(0),
  revisions: new Uint32Array(0),
  folders: [],
  operationId: 0,
});

const asInt32 = (columns: Columns, name: string): Int32Array => Int32Array.from(columns.numbers(name));

/** The answer of P/images/state. Columns are copied where the server chose another kind of number. */
export const statesOf = (columns: Columns): ImageStates => ({
  imageIds: Uint32Array.from(columns.ids("image_ids")),
  states: Int8Array.from(columns.numbers("states")),
  classIds: asInt32(columns, "class_ids"),
  proposalClassIds: asInt32(columns, "proposal_class_ids"),
  confidences: Float32Array.from(columns.numbers("confidences")),
  folderIndexes: asInt32(columns, "folder_index"),
  splits: Int8Array.from(columns.numbers("splits")),
  revisions: Uint32Array.from(columns.numbers("revisions")),
  folders: columns.facts.folders as readonly string[],
  operationId: Number(columns.facts.operation_id ?? 0),
});

export const copyStates = (from: ImageStates): ImageStates => ({
  imageIds: from.imageIds,
  states: from.states.slice(),
  classIds: from.classIds.slice(),
  proposalClassIds: from.proposalClassIds.slice(),
  confidences: from.confidences.slice(),
  folderIndexes: from.folderIndexes.slice(),
  splits: from.splits.slice(),
  revisions: from.revisions.slice(),
  folders: from.folders,
  operationId: from.operationId,
});

/** The row of an image, or -1: a binary search, as ids ascend. */
export const rowOf = (states: ImageStates, imageId: number): number => {
  const ids = states.imageIds;
  let low = 0;
  let high = ids.length - 1;
  while (low <= high) {
    const middle = (low + high) >> 1;
    const found = ids[middle] ?? 0;
    if (found === imageId) return middle;
    if (found < imageId) low = middle + 1;
    else high = middle - 1;
  }
  return -1;
};

/** One image, in words rather than in codes. */
export interface ImageStateRow {
  state: ImageState;
  class_id: number | null;
  proposal_class_id: number | null;
  confidence: number | null;
  folder: string;
  split: Split | null;
  revision: number;
}

const orNull = (id: number | undefined): number | null => (id === undefined || id === NONE ? null : id);

export const readRow = (states: ImageStates, row: number): ImageStateRow => {
  const confidence = states.confidences[row] ?? NaN;
  return {
    state: STATES[states.states[row] ?? 0] ?? "new",
    class_id: orNull(states.classIds[row]),
    proposal_class_id: orNull(states.proposalClassIds[row]),
    confidence: Number.isNaN(confidence) ? null : confidence,
    folder: states.folders[states.folderIndexes[row] ?? 0] ?? "",
    split: SPLITS[states.splits[row] ?? 0] ?? null,
    revision: states.revisions[row] ?? 0,
  };
};

export const writeRow = (states: ImageStates, row: number, values: ImageStateRow): void => {
  states.states[row] = STATE[values.state];
  states.classIds[row] = values.class_id ?? NONE;
  states.proposalClassIds[row] = values.proposal_class_id ?? NONE;
  states.confidences[row] = values.confidence ?? NaN;
  states.folderIndexes[row] = folderIndex(states, values.folder);
  states.splits[row] = SPLITS.indexOf(values.split);
  states.revisions[row] = values.revision;
};

/** The number of a folder; a new one is added at the end. */
export const folderIndex = (states: ImageStates, folder: string): number => {
  const known = states.folders.indexOf(folder);
  if (known >= 0) return known;
  states.folders = [...states.folders, folder];
  return states.folders.length - 1;
};

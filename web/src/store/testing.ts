/** Builders for the tests of the store. */
import type { Gesture, GestureBody } from "./gesture";
import { NONE, STATE, type ImageStates } from "./imageStates";

let made = 0;

export const gestureOn = (imageIds: number[], body: GestureBody, over: Partial<Gesture> = {}): Gesture => {
  made += 1;
  return {
    key: `key-${made}`,
    number: made,
    project_id: 1,
    tab: "a tab",
    body,
    image_ids: Uint32Array.from(imageIds),
    words: `gesture ${made}`,
    made_at: "2026-05-01T09:00:00.000Z",
    state: "waiting",
    ...over,
  };
};

/** Images 10, 20, 30, ...; every second one has a proposal of class 1 at 0.9. */
export const someImages = (count: number): ImageStates => ({
  imageIds: Uint32Array.from({ length: count }, (_, i) => (i + 1) * 10),
  states: Int8Array.from({ length: count }, (_, i) => (i % 2 === 1 ? STATE.proposed : STATE.new)),
  classIds: new Int32Array(count).fill(NONE),
  proposalClassIds: Int32Array.from({ length: count }, (_, i) => (i % 2 === 1 ? 1 : NONE)),
  confidences: Float32Array.from({ length: count }, (_, i) => (i % 2 === 1 ? 0.9 : NaN)),
  folderIndexes: new Int32Array(count),
  splits: new Int8Array(count),
  revisions: new Uint32Array(count).fill(1),
  folders: ["", "holiday"],
  operationId: 0,
});

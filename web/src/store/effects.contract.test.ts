import { expect, test } from "vitest";

import { applyGesture } from "./effects";
import table from "./effects.table.json";
import type { GestureBody } from "./gesture";
import type { ImageStates } from "./imageStates";
import { gestureOn } from "./testing";

type Row = (typeof table.gestures)[number]["before"][number];

const ids = table.image_ids;

const statesFrom = (rows: readonly Row[]): ImageStates => {
  const folders = [...new Set(rows.map(({ folder }) => folder))];
  return {
    imageIds: Uint32Array.from(ids),
    states: Int8Array.from(rows, ({ state }) => state),
    classIds: Int32Array.from(rows, ({ class_id }) => class_id),
    proposalClassIds: Int32Array.from(rows, ({ proposal_class_id }) => proposal_class_id),
    confidences: Float32Array.from(rows, ({ confidence }) => confidence ?? NaN),
    folderIndexes: Int32Array.from(rows, ({ folder }) => folders.indexOf(folder)),
    splits: Int8Array.from(rows, ({ split }) => split),
    revisions: Uint32Array.from(rows, ({ revision }) => revision),
    folders,
    operationId: 0,
  };
};

const rowsFrom = (states: ImageStates): Row[] =>
  ids.map((_, row) => ({
    state: states.states[row] ?? -1,
    class_id: states.classIds[row] ?? -1,
    proposal_class_id: states.proposalClassIds[row] ?? -1,
    confidence: Number.isNaN(states.confidences[row]) ? null : Number(states.confidences[row]?.toFixed(4)),
    folder: states.folders[states.folderIndexes[row] ?? 0] ?? "",
    split: states.splits[row] ?? -1,
    revision: states.revisions[row] ?? -1,
  }));

/** The table is what the server did: tests/server/test_effects_table.py fails where it no longer does that. */
test.each(
  table.gestures.map(({ body, before, after }) => [JSON.stringify(body), body, before, after] as const),
)("%s does here what it does on the server", (_, body, before, after) => {
  const states = statesFrom(before);
  const wish = { ...body, selector: { images: ids } } as unknown as GestureBody;
  applyGesture(states, gestureOn(ids, wish), () => undefined);
  expect(rowsFrom(states)).toEqual(after);
});

import fc from "fast-check";
import { expect, test, vi } from "vitest";

import type { Gesture, GestureBody } from "./gesture";
import { copyStates, NONE, readRow, rowOf, STATE, type ImageStates } from "./imageStates";
import type { Selector } from "./selector";
import { StateStore } from "./stateStore";
import { gestureOn, someImages } from "./testing";

const COUNT = 12;
const labelled = (imageIds: number[], classId: number) =>
  gestureOn(imageIds, { kind: "label", class_id: classId, selector: { images: imageIds } });

const loaded = (count = COUNT): StateStore => {
  const store = new StateStore();
  store.load(someImages(count));
  return store;
};

const at = (store: StateStore, imageId: number) => readRow(store.columns, rowOf(store.columns, imageId));

/** Everything but the revisions, which go on with every operation. */
const content = ({ revisions: _, ...rest }: ImageStates) => rest;

const imageIds = fc.uniqueArray(
  fc.integer({ min: 1, max: COUNT }).map((i) => i * 10),
  { minLength: 1 },
);
const NO_SELECTOR = fc.constant<Selector>({ images: [] });
const bodies: fc.Arbitrary<GestureBody> = fc.oneof(
  fc.record({
    kind: fc.constant("label" as const),
    class_id: fc.integer({ min: 1, max: 4 }),
    selector: NO_SELECTOR,
  }),
  fc.record({
    kind: fc.constantFrom("clear", "skip", "unclear", "reopen", "reject", "accept"),
    selector: NO_SELECTOR,
  }),
  fc.record({
    kind: fc.constant("split" as const),
    split: fc.constantFrom("train" as const, "test" as const, null),
    selector: NO_SELECTOR,
  }),
);
const gestures = fc.array(
  fc.tuple(imageIds, bodies).map(([ids, body]) => gestureOn(ids, body)),
  { maxLength: 8 },
);

test("a label is shown before the server has answered, and stays when it has", () => {
  const store = loaded();
  const gesture = labelled([10, 30], 2);
  store.show(gesture);
  expect(at(store, 10)).toMatchObject({ state: "labelled", class_id: 2, revision: 2 });
  store.confirm(gesture, new Map([[10, 2]]));
  expect(at(store, 30)).toMatchObject({ state: "labelled", class_id: 2 });
  expect(at(store, 20).state).toBe("proposed");
});

test("a refused gesture leaves everything as it was, and the gestures after it in place", () => {
  const store = loaded();
  const first = labelled([10, 20], 1);
  const second = labelled([20], 2);
  store.show(first);
  store.show(second);
  store.drop(first);
  expect(at(store, 10).state).toBe("new");
  expect(at(store, 20).class_id).toBe(2);
});

test("only proposals that are sure enough are accepted, and labels are left alone", () => {
  const store = loaded();
  store.show(labelled([20], 3));
  store.show(gestureOn([10, 20, 40], { kind: "accept", threshold: 0.8, selector: { images: [] } }));
  expect([at(store, 10).state, at(store, 20).class_id, at(store, 40).class_id]).toEqual(["new", 3, 1]);
  store.show(gestureOn([60], { kind: "accept", threshold: 0.95, selector: { images: [] } }));
  expect(at(store, 60).state).toBe("proposed");
});

test("clearing a label brings the proposal back into sight", () => {
  const store = loaded();
  store.show(labelled([20], 3));
  store.show(gestureOn([20], { kind: "clear", selector: { images: [20] } }));
  expect(at(store, 20)).toMatchObject({ state: "proposed", class_id: null, proposal_class_id: 1 });
});

test("listeners are told the rows that changed, and nothing where nothing did", () => {
  const store = loaded();
  const told = vi.fn();
  store.listen(told);
  store.show(labelled([30], 1));
  store.show(labelled([31], 1));
  expect(told.mock.calls).toEqual([[Uint32Array.of(2)]]);
});

test("an older answer of the server does not hide gestures that are on their way", () => {
  const store = loaded();
  store.show(labelled([10], 2));
  store.load(someImages(COUNT));
  expect(at(store, 10).class_id).toBe(2);
});

test("facts of another person's change are shown beneath our own gestures", () => {
  const store = loaded();
  store.show(labelled([10], 2));
  const theirs = { ...at(store, 20), state: "labelled" as const, class_id: 4, revision: 9 };
  store.refresh(
    new Map([
      [10, { ...theirs, revision: 5 }],
      [20, theirs],
    ]),
  );
  expect(at(store, 10).class_id).toBe(2);
  expect(at(store, 20)).toMatchObject({ class_id: 4, revision: 9 });
});

test("whatever is done and then taken back in turn leaves the images as they were", () => {
  fc.assert(
    fc.property(gestures, (made) => {
      const store = loaded();
      const before = copyStates(store.columns);
      made.forEach((gesture) => store.show(gesture));
      for (const { key, image_ids } of [...made].reverse()) {
        store.show(gestureOn([...image_ids], { kind: "revert", of_key: key }));
      }
      expect(content(store.columns)).toEqual(content(before));
    }),
  );
});

test("taking back twice is doing again", () => {
  fc.assert(
    fc.property(imageIds, bodies, (ids, body) => {
      const store = loaded();
      const gesture = gestureOn(ids, body);
      store.show(gesture);
      const done = copyStates(store.columns);
      const undo = gestureOn(ids, { kind: "revert", of_key: gesture.key });
      store.show(undo);
      store.show(gestureOn(ids, { kind: "revert", of_key: undo.key }));
      expect(content(store.columns)).toEqual(content(done));
    }),
  );
});

test("it makes no difference when the answers come", () => {
  fc.assert(
    fc.property(gestures, fc.array(fc.nat({ max: 3 })), (made, pauses) => {
      const late = loaded();
      const early = loaded();
      const waiting: Gesture[] = [];
      made.forEach((gesture, i) => {
        late.show(gesture);
        early.show(gesture);
        waiting.push(gesture);
        for (const done of waiting.splice(0, pauses[i] ?? 0)) early.confirm(done);
      });
      waiting.forEach((gesture) => early.confirm(gesture));
      early.drop(gestureOn([], { kind: "revert", of_key: "none" }));
      expect(content(early.columns)).toEqual(content(late.columns));
    }),
  );
});

test("an image that is not of this project changes nothing", () => {
  const store = loaded();
  store.show(labelled([5, 999], 1));
  expect(content(store.columns)).toEqual(content(someImages(COUNT)));
  expect([rowOf(store.columns, 5), STATE.new, NONE]).toEqual([-1, 0, -1]);
});

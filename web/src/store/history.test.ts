import { expect, test } from "vitest";

import { withNewest, type History, type Operation, type OperationPage } from "./history";

const operation = (id: number, more: Partial<Operation> = {}): Operation => ({
  id,
  author: "ada",
  author_kind: "person",
  cause: "hand",
  made_at: "2026-05-01T09:00:00Z",
  summary: `operation ${id}`,
  image_count: 1,
  detail: {},
  reverts: null,
  reverted_by: null,
  ...more,
});

const page = (ids: readonly Operation[], next: number | null = null): OperationPage => ({
  operations: [...ids],
  next_before: next,
});

const history = (...pages: OperationPage[]): History => ({ pages, pageParams: pages.map(() => null) });

const marks = (found: History | null) =>
  found?.pages.flatMap(({ operations }) => operations.map(({ id, reverted_by }) => [id, reverted_by]));

test("what is new stands on top, and what it takes back is marked on whatever page it is", () => {
  const known = history(page([operation(4), operation(3)], 3), page([operation(2), operation(1)]));
  const newest = page([operation(5, { reverts: 1 }), operation(4), operation(3)], 3);
  const found = withNewest(known, newest);
  expect(marks(found)).toEqual([
    [5, null],
    [4, null],
    [3, null],
    [2, null],
    [1, 5],
  ]);
  expect(found?.pages.map(({ operations }) => operations.length)).toEqual([3, 2]);
});

test("taking back, doing again and taking back once more changes the mark each time", () => {
  let known = history(page([operation(1)]));
  const chain = [operation(1)];
  const shown = [2, 3, 4].map((id) => {
    chain.unshift(operation(id, { reverts: id - 1 }));
    known = withNewest(known, page(chain)) ?? known;
    return marks(known)?.at(-1);
  });
  expect(shown).toEqual([
    [1, 2],
    [1, null],
    [1, 2],
  ]);
});

test("where operations may be missing in between nothing is put together", () => {
  expect(withNewest(history(page([operation(1)])), page([operation(9), operation(8)], 8))).toBeNull();
});

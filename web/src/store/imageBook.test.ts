import { describe, expect, it, vi } from "vitest";

import { ImageBook, type ImageFacts, type Lookup } from "./imageBook";

const facts = (id: number): ImageFacts => ({
  id,
  content_hash: `hash-${id}`,
  path: `${id}.jpg`,
  folder: "",
  width_px: 1,
  height_px: 1,
});
const ids = (from: number, to: number) => Array.from({ length: to - from }, (_, at) => from + at);

/** A lookup whose answers come when the test says so. */
const slowLookup = () => {
  const asked: { ids: number[]; signal: AbortSignal; answer: () => void; fail: () => void }[] = [];
  const lookup: Lookup = (wanted, signal) =>
    new Promise((resolve, reject) => {
      signal.addEventListener("abort", () => reject(new DOMException("given up", "AbortError")));
      asked.push({
        ids: wanted,
        signal,
        answer: () => resolve(wanted.filter((id) => id < 10_000).map(facts)),
        fail: () => reject(new Error("away")),
      });
    });
  return { asked, lookup };
};
const settled = () => new Promise((resolve) => setTimeout(resolve));

describe("the book of images", () => {
  it("asks for the most urgent first, and for each image once", async () => {
    const { asked, lookup } = slowLookup();
    const book = new ImageBook(lookup);
    book.want([7, 3]);
    book.want([7, 3, 5]);
    expect(asked.map((each) => each.ids)).toEqual([[7, 3], [5]]);
    asked.forEach((each) => each.answer());
    await settled();
    expect(book.get(5)?.content_hash).toBe("hash-5");
    book.want([7, 3, 5]);
    expect(asked).toHaveLength(2);
  });

  it("gives up what is outdated and asks for what is seen now", async () => {
    const { asked, lookup } = slowLookup();
    const book = new ImageBook(lookup);
    book.want(ids(0, 400));
    book.want(ids(5000, 5100));
    expect(asked.map((each) => each.signal.aborted)).toEqual([true, true]);
    await settled();
    expect(asked[2]?.ids).toEqual(ids(5000, 5100));
  });

  it("does not ask again for images that are gone", async () => {
    const { asked, lookup } = slowLookup();
    const book = new ImageBook(lookup);
    book.want([20_000, 1]);
    asked[0]?.answer();
    await settled();
    book.want([20_000, 1]);
    expect(asked).toHaveLength(1);
    expect(book.get(20_000)).toBeUndefined();
  });

  it("says why nothing comes and asks again later", async () => {
    vi.useFakeTimers();
    const { asked, lookup } = slowLookup();
    const book = new ImageBook(lookup);
    book.want([1]);
    asked[0]?.fail();
    await vi.advanceTimersByTimeAsync(10);
    expect(book.problem.get()).toBeInstanceOf(Error);
    expect(asked).toHaveLength(1);
    await vi.advanceTimersByTimeAsync(1000);
    expect(asked).toHaveLength(2);
    asked[1]?.answer();
    await vi.advanceTimersByTimeAsync(10);
    expect(book.problem.get()).toBeNull();
    expect(book.get(1)?.path).toBe("1.jpg");
    vi.useRealTimers();
  });
});

describe("waiting for a book", () => {
  it("ends when the last of the images has come or is gone", async () => {
    const { asked, lookup } = slowLookup();
    const book = new ImageBook(lookup);
    let settledYet = false;
    book.want([3, 20_000]);
    void book.settled([3, 20_000], new AbortController().signal).then(() => (settledYet = true));
    await settled();
    expect(settledYet).toBe(false);
    asked[0]?.answer();
    await settled();
    expect(settledYet).toBe(true);
    await book.settled([3], new AbortController().signal);
  });

  it("ends when it is given up, though nothing has come", async () => {
    const { lookup } = slowLookup();
    const book = new ImageBook(lookup);
    const abort = new AbortController();
    const waiting = book.settled([3], abort.signal);
    abort.abort();
    await waiting;
    await book.settled([4], abort.signal);
  });
});

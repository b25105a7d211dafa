import "fake-indexeddb/auto";

import { afterEach, beforeEach, expect, test } from "vitest";

import type { Gesture, NewGesture } from "./gesture";
import { Journal, type JournalDoors, type JournalEvent, type KeptGestures, type Sent } from "./journal";
import { GestureFiles } from "./journalFiles";

/** A server that remembers what it did under which key, and may be away or lose answers. */
class Server {
  readonly done: string[] = [];
  readonly requests: string[] = [];
  private readonly byKey = new Map<string, number>();
  fault: (gesture: Gesture) => "none" | "away" | "answer-lost" | "signed-out" | "stale" | "invalid" = () =>
    "none";

  readonly receive = async (gesture: Gesture, kept: KeptGestures): Promise<Sent<null>> => {
    this.requests.push(gesture.words);
    const fault = this.fault(gesture);
    const problem = { code: fault, message: fault, remedy: null, detail: null };
    if (fault === "away" || fault === "signed-out")
      return { kind: "later", signedOut: fault === "signed-out" };
    if (fault === "stale") return { kind: "conflict", problem };
    if (fault === "invalid") return { kind: "refused", problem };
    const reverted =
      gesture.body.kind === "revert" && "of_key" in gesture.body
        ? (await kept.get(gesture.body.of_key))?.operation_id
        : 0;
    if (!this.byKey.has(gesture.key)) {
      this.byKey.set(gesture.key, this.byKey.size + 100);
      this.done.push(gesture.body.kind === "revert" ? `revert ${reverted}` : gesture.words);
    }
    if (fault === "answer-lost") return { kind: "later", signedOut: false };
    return { kind: "done", outcome: { operation_id: this.byKey.get(gesture.key) ?? 0 }, answer: null };
  };
}

let files: GestureFiles;
let server: Server;
let journals: Journal<null>[];
let keys = 0;
let database = 0;

const doors = (over: Partial<JournalDoors<null>> = {}): JournalDoors<null> => ({
  files,
  send: server.receive,
  alone: (work) => work(),
  wait: () => Promise.resolve(),
  newKey: () => `fresh-${++keys}`,
  now: () => new Date("2026-05-01T09:00:00Z"),
  tab: "a",
  toOtherTabs: () => undefined,
  ...over,
});

const page = (over: Partial<JournalDoors<null>> = {}): Journal<null> => {
  const journal = new Journal(doors(over));
  journals.push(journal);
  return journal;
};

const change = (words: string, over: Partial<NewGesture> = {}): NewGesture => ({
  key: `key-${++keys}`,
  project_id: 1,
  tab: "a",
  made_at: "2026-05-01T09:00:00.000Z",
  body: { kind: "skip", selector: { images: [1] }, expected_revisions: { "1": 4 } },
  image_ids: Uint32Array.of(1),
  words,
  ...over,
});

/** Fails `times` times, then works. */
const failing = (kind: "away" | "answer-lost" | "signed-out", times: number) => {
  let left = times;
  return () => (left-- > 0 ? kind : "none");
};

beforeEach(async () => {
  files = await GestureFiles.open(`journal-${++database}`);
  server = new Server();
  journals = [];
});

afterEach(() => {
  journals.forEach((journal) => journal.close());
  files.close();
});

test("gestures reach the server once each, in the order they were made", async () => {
  const journal = page();
  await Promise.all(["a", "b", "c", "d"].map((words) => journal.add(change(words))));
  await journal.settled();
  expect(server.done).toEqual(["a", "b", "c", "d"]);
  expect(journal.status.get()).toEqual({ waiting: 0, conflicts: [], held: null });
});

test("while the server is away gestures wait in order, and go when it is back", async () => {
  server.fault = failing("away", 7);
  const journal = page();
  for (const words of ["a", "b", "c"]) await journal.add(change(words));
  await journal.settled();
  expect(server.done).toEqual(["a", "b", "c"]);
  expect(server.requests.filter((words) => words === "a")).toHaveLength(8);
});

test("an answer lost after the commit does nothing twice", async () => {
  server.fault = failing("answer-lost", 3);
  const journal = page();
  await journal.add(change("a"));
  await journal.add(change("b"));
  await journal.settled();
  expect(server.done).toEqual(["a", "b"]);
});

test("what a killed tab left behind is sent by the next page", async () => {
  const stuck = page({ wait: () => new Promise(() => undefined) });
  server.fault = () => "away";
  await stuck.add(change("a"));
  await stuck.add(change("b"));
  expect(stuck.status.get().waiting).toBe(2);
  stuck.close();
  server.fault = () => "none";
  const next = page();
  await next.start();
  await next.settled();
  expect(server.done).toEqual(["a", "b"]);
});

test("a gesture is on disk before its promise resolves", async () => {
  const journal = page({ alone: () => new Promise(() => undefined) });
  const { key } = await journal.add(change("a"));
  expect(await files.get(key)).toMatchObject({ words: "a", state: "waiting" });
});

test("signed out, gestures are kept, and sent after the person is back", async () => {
  server.fault = () => "signed-out";
  const journal = page({
    wait: (_, wake) => new Promise((resolve) => wake.addEventListener("abort", () => resolve())),
  });
  await journal.add(change("a"));
  await expect.poll(() => journal.status.get().held).toBe("signed-out");
  server.fault = () => "none";
  journal.hurry();
  await journal.settled();
  expect(server.done).toEqual(["a"]);
  expect(journal.status.get().held).toBeNull();
});

test("pauses between attempts grow, and not without end", async () => {
  const pauses: number[] = [];
  server.fault = failing("away", 9);
  const journal = page({
    wait: (milliseconds) => {
      pauses.push(milliseconds);
      return Promise.resolve();
    },
  });
  await journal.add(change("a"));
  await journal.settled();
  expect(pauses).toEqual([500, 1000, 2000, 4000, 8000, 15_000, 15_000, 15_000, 15_000]);
});

test("a conflict is set aside for a choice, and the gestures after it go on", async () => {
  server.fault = ({ words }) => (words === "a" ? "stale" : "none");
  const journal = page();
  await journal.add(change("a"));
  await journal.add(change("b"));
  await journal.settled();
  expect(server.done).toEqual(["b"]);
  expect(journal.status.get().conflicts.map(({ words }) => words)).toEqual(["a"]);
});

test("choosing mine sends it again without the old revision; choosing theirs sends nothing", async () => {
  server.fault = ({ body }) => ("expected_revisions" in body ? "stale" : "none");
  const journal = page();
  const mine = await journal.add(change("mine"));
  const theirs = await journal.add(change("theirs"));
  await journal.settled();
  await journal.resolve(mine.key, "mine");
  await journal.resolve(theirs.key, "theirs");
  await journal.settled();
  expect(server.done).toEqual(["mine"]);
  expect(journal.status.get()).toEqual({ waiting: 0, conflicts: [], held: null });
});

test("what the server will never do is told once and does not hold up the rest", async () => {
  server.fault = ({ words }) => (words === "a" ? "invalid" : "none");
  const journal = page();
  const told: string[] = [];
  journal.listen(({ kind, gesture }) => told.push(`${gesture.words} ${kind}`));
  await journal.add(change("a"));
  await journal.add(change("b"));
  await journal.settled();
  expect(told).toContain("a refused");
  expect(server.done).toEqual(["b"]);
});

test("an undo made before the change was sent takes back the operation that it became", async () => {
  server.fault = failing("away", 2);
  const journal = page();
  const made = await journal.add(change("a"));
  await journal.add(change("undo", { body: { kind: "revert", of_key: made.key } }));
  await journal.settled();
  expect(server.done).toEqual(["a", "revert 100"]);
});

test("two tabs send everything once, though both try", async () => {
  let turn: Promise<void> = Promise.resolve();
  const alone = (work: () => Promise<void>) => (turn = turn.then(work));
  const [one, two] = [page({ alone }), page({ alone, tab: "b" })];
  await Promise.all(
    ["a", "b", "c", "d", "e", "f"].map((words, i) => (i % 2 === 0 ? one : two).add(change(words))),
  );
  await one.settled();
  await two.settled();
  expect([...server.done].sort()).toEqual(["a", "b", "c", "d", "e", "f"]);
  expect(server.requests).toHaveLength(6);
});

test("what one tab does the other is told", async () => {
  const told: JournalEvent<null>[] = [];
  const journal = page({ toOtherTabs: (event) => told.push(event) });
  await journal.add(change("a"));
  await journal.settled();
  expect(told.map(({ kind }) => kind)).toEqual(["added", "done"]);
});

test("undo of a reloaded tab knows its own gestures, not those of other tabs", async () => {
  const journal = page();
  await journal.add(change("a"));
  await journal.add(change("b", { tab: "b" }));
  await journal.add(change("c", { project_id: 2 }));
  await journal.settled();
  expect((await journal.ofThisTab(1)).map(({ words }) => words)).toEqual(["a"]);
});

test("gestures saved long ago are forgotten, those not yet sent never", async () => {
  server.fault = ({ words }) => (words === "waiting" ? "away" : "none");
  const old = page({ wait: () => new Promise(() => undefined) });
  await old.add(change("saved", { made_at: "2026-04-01T09:00:00.000Z" }));
  await old.add(change("waiting", { made_at: "2026-04-01T09:00:00.000Z" }));
  await expect.poll(() => server.requests).toContain("waiting");
  await files.forget(new Date("2026-05-01T09:00:00Z"));
  expect((await files.all()).map(({ words }) => words)).toEqual(["waiting"]);
});

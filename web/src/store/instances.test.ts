import "fake-indexeddb/auto";

import { afterEach, beforeEach, expect, test } from "vitest";

import { newKey, NO_EDIT, type Drawn } from "@/shapes/edit";
import { PLAIN } from "@/shapes/shape";

import type { Gesture, GestureBody } from "./gesture";
import { InstanceBook } from "./instances";
import { Journal } from "./journal";
import { GestureFiles } from "./journalFiles";
import type { OperationAnswer } from "./sending";
import { box, IMAGE, OneImageServer } from "./testingInstances";

const drawn = (key: string, left = 0) => ({ key, classId: 1, shape: box(left), traits: PLAIN });

/** One life of the page: a journal and the book of instances on top of it. */
class Page {
  readonly book: InstanceBook;
  readonly journal: Journal<OperationAnswer>;

  constructor(
    server: OneImageServer,
    files: GestureFiles,
    wait: () => Promise<void> = () => Promise.resolve(),
  ) {
    this.book = new InstanceBook(server.fetch);
    this.journal = new Journal<OperationAnswer>({
      files,
      send: server.receive,
      alone: (work) => work(),
      wait,
      newKey: () => crypto.randomUUID(),
      now: () => new Date(),
      tab: "a",
      toOtherTabs: () => undefined,
    });
    this.journal.listen((event) => this.book.hear(event));
  }

  async open(): Promise<void> {
    for (const gesture of await this.journal.waiting(1)) this.book.show(gesture);
    await this.journal.start();
    this.book.want([IMAGE]);
    await this.quiet();
  }

  async quiet(): Promise<void> {
    for (let turn = 0; turn < 5; turn++) {
      await this.journal.settled();
      await new Promise((resolve) => setTimeout(resolve));
    }
  }

  /** Shown at once; the promise is kept when it is on disk. */
  perform(body: GestureBody | null, words: string): Promise<Gesture> {
    if (body === null) throw new Error("The image has not come.");
    const made = {
      key: crypto.randomUUID(),
      project_id: 1,
      tab: "a",
      body,
      image_ids: Uint32Array.of(IMAGE),
      words,
      made_at: new Date().toISOString(),
    };
    this.book.show({ ...made, number: 0, state: "waiting" });
    return this.journal.add(made);
  }

  edit(edit: Partial<typeof NO_EDIT> & { finished?: boolean }, words: string): Promise<Gesture> {
    return this.perform(this.book.bodyOf(IMAGE, { ...NO_EDIT, ...edit }), words);
  }

  get view() {
    return this.book.of(IMAGE).shown.get();
  }

  get lefts(): number[] {
    return (this.view?.drawn ?? []).map(leftOf);
  }
}

const leftOf = ({ shape }: Pick<Drawn, "shape">): number => (shape.kind === "box" ? shape.box[0] : NaN);

let files: GestureFiles;
let server: OneImageServer;
let pages: Page[];
let database = 0;

const opened = async (wait?: () => Promise<void>): Promise<Page> => {
  const page = new Page(server, files, wait);
  pages.push(page);
  await page.open();
  return page;
};

const onServer = () => [...server.instances.values()].map(leftOf);

beforeEach(async () => {
  files = await GestureFiles.open(`instances-${++database}`);
  server = new OneImageServer();
  pages = [];
});

afterEach(() => {
  pages.forEach(({ journal }) => journal.close());
  files.close();
});

test("a box is shown at once, keeps its key when the server has numbered it, and is moved by that number", async () => {
  const page = await opened();
  const key = newKey();
  const adding = page.edit({ new: [drawn(key)] }, "drawn");
  expect(page.lefts).toEqual([0]);
  expect(page.view?.state).toBe("draft");
  await adding;
  await page.quiet();
  expect(page.view?.drawn[0]?.key).toBe(key);
  expect(page.view?.revision).toBe(1);
  const body = page.book.bodyOf(IMAGE, { ...NO_EDIT, changed: [drawn(key, 30)] });
  expect(body?.edit.changed[0]?.key).toBe("901");
  await page.perform(body, "moved");
  await page.quiet();
  expect(onServer()).toEqual([30]);
  expect(page.lefts).toEqual([30]);
});

test("what is drawn, moved and deleted faster than it is saved is exactly so on the server", async () => {
  const page = await opened();
  const [one, two] = [newKey(), newKey()];
  await Promise.all([
    page.edit({ new: [drawn(one)] }, "one"),
    page.edit({ new: [drawn(two, 20)] }, "two"),
    page.edit({ changed: [drawn(one, 5)] }, "one moved"),
    page.edit({ removed: [two] }, "two deleted"),
  ]);
  expect(page.lefts).toEqual([5]);
  await page.quiet();
  expect(onServer()).toEqual([5]);
  expect(server.revision).toBe(4);
  expect(page.view?.revision).toBe(4);
});

test("an undo before the save is acknowledged takes it back there too, and a redo brings the same instance", async () => {
  const page = await opened();
  const key = newKey();
  const first = await page.edit({ new: [drawn(key)] }, "drawn");
  const undo = page.perform({ kind: "revert", of_key: first.key }, "undo");
  expect(page.lefts).toEqual([]);
  const undone = await undo;
  await page.quiet();
  expect(onServer()).toEqual([]);
  const redo = page.perform({ kind: "revert", of_key: undone.key }, "redo");
  expect(page.lefts).toEqual([0]);
  await redo;
  await page.edit({ changed: [drawn(key, 40)] }, "moved");
  await page.quiet();
  expect(onServer()).toEqual([40]);
  expect([...server.instances.keys()]).toEqual([901]);
});

test("after a reload each gesture is sent once, and later ones find what earlier ones drew", async () => {
  server.fault = () => "away";
  const killed = new Page(server, files, () => new Promise(() => undefined));
  pages.push(killed);
  killed.book.want([IMAGE]);
  await new Promise((resolve) => setTimeout(resolve));
  const [one, two] = [newKey(), newKey()];
  await killed.edit({ new: [drawn(one), drawn(two, 20)] }, "drawn");
  await killed.edit({ changed: [drawn(two, 25)] }, "moved");
  await killed.edit({ removed: [one] }, "deleted");
  killed.journal.close();
  let lost = 2;
  server.fault = () => (lost-- > 0 ? "answer-lost" : "none");
  const page = await opened();
  await page.quiet();
  expect(onServer()).toEqual([25]);
  expect(server.revision).toBe(3);
  expect(page.lefts).toEqual([25]);
  expect(page.book.bodyOf(IMAGE, { ...NO_EDIT, removed: [two] })?.edit.removed).toEqual(["902"]);
});

test("an accepted proposal can be moved before the server has numbered it", async () => {
  const page = await opened();
  const accepting = page.edit({ accepted: [51] }, "accepted");
  const [taken] = page.view?.drawn ?? [];
  expect(taken).toMatchObject({ classId: 2, acceptedFrom: 3 });
  expect(page.view?.offered.map(({ id }) => id)).toEqual([52]);
  const moving = page.edit({ changed: [{ ...drawn(taken?.key ?? "", 55), classId: 2 }] }, "moved");
  await Promise.all([accepting, moving]);
  await page.quiet();
  expect(onServer()).toEqual([55]);
});

test("a change elsewhere is a conflict for all that was built on it, decided once: mine", async () => {
  const page = await opened();
  server.revision = 6;
  const key = newKey();
  await Promise.all([
    page.edit({ new: [drawn(key)] }, "drawn"),
    page.edit({ changed: [drawn(key, 8)] }, "moved"),
  ]);
  await page.quiet();
  expect(onServer()).toEqual([]);
  const { conflicts } = page.journal.status.get();
  expect(conflicts.map(({ words }) => words)).toEqual(["drawn", "moved"]);
  expect(conflicts[1]?.problem?.detail).toEqual({ at: 6 });
  await page.journal.resolve(conflicts[0]?.key ?? "", "mine");
  await page.quiet();
  expect(page.journal.status.get().conflicts).toEqual([]);
  expect(onServer()).toEqual([8]);
  expect(page.lefts).toEqual([8]);
});

test("theirs is kept where the person says so, and shown", async () => {
  const page = await opened();
  server.revision = 6;
  server.instances.set(300, { class_id: 2, shape: box(33) });
  await page.edit({ new: [drawn(newKey())] }, "drawn");
  await page.quiet();
  await page.journal.resolve(page.journal.status.get().conflicts[0]?.key ?? "", "theirs");
  await page.quiet();
  expect(page.lefts).toEqual([33]);
  expect(onServer()).toEqual([33]);
});

test("an image that was changed elsewhere is fetched afresh, and one with gestures on their way only after them", async () => {
  const page = await opened();
  server.instances.set(300, { class_id: 2, shape: box(33) });
  server.revision = 1;
  page.book.outdate([IMAGE]);
  await page.quiet();
  expect(page.lefts).toEqual([33]);
  await page.edit({ removed: ["300"], finished: true }, "done");
  expect(page.view?.state).toBe("labelled");
  page.book.outdate(null);
  await page.quiet();
  expect(page.lefts).toEqual([]);
  expect(page.view).toMatchObject({ state: "labelled", revision: 2 });
});

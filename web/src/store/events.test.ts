import { expect, test, vi } from "vitest";

import { EventStream, type EventDoors, type EventMessage, type Source } from "./events";

/** A connection whose events a test brings about. */
class FakeSource implements Source {
  readyState = 0;
  private readonly listeners = new Map<string, (event: { data?: unknown }) => void>();

  addEventListener(name: string, listener: (event: { data?: unknown }) => void): void {
    this.listeners.set(name, listener);
  }

  close(): void {
    this.readyState = 2;
  }

  emit(name: string, data?: unknown): void {
    this.listeners.get(name)?.(data === undefined ? {} : { data: JSON.stringify(data) });
  }
}

const opened = (over: Partial<EventDoors> = {}) => {
  const sources: FakeSource[] = [];
  const pauses: number[] = [];
  const told: EventMessage[] = [];
  const stream = new EventStream({
    openSource: () => {
      const source = new FakeSource();
      sources.push(source);
      return source;
    },
    alone: (work) => work(),
    toOtherTabs: (message) => told.push(message),
    wait: (milliseconds) => {
      pauses.push(milliseconds);
      return Promise.resolve();
    },
    ...over,
  });
  return { stream, sources, pauses, told, ended: stream.start() };
};

const RUN = { project_id: 1, run_id: 2, state: "running", metrics: [], progress: null };

test("events are told here and in the other tabs", () => {
  const { stream, sources, told } = opened();
  const heard = vi.fn();
  stream.listen(heard);
  sources[0]?.emit("open");
  sources[0]?.emit("run", RUN);
  expect(stream.connection.get()).toBe("open");
  expect(heard).toHaveBeenCalledWith({ name: "run", data: RUN });
  expect(told.map(({ kind }) => kind)).toEqual(["connection", "event"]);
});

test("a connection that the browser gave up is opened anew, with growing pauses while it never opens", async () => {
  const { stream, sources, pauses } = opened();
  for (let i = 0; i < 4; i++) {
    await expect.poll(() => sources.length).toBe(i + 1);
    sources[i]?.close();
    sources[i]?.emit("error");
  }
  await expect.poll(() => sources.length).toBe(5);
  expect(pauses).toEqual([2000, 4000, 8000, 15_000]);
  stream.close();
});

test("a short break is left to the browser, which goes on where it was", () => {
  const { stream, sources } = opened();
  sources[0]?.emit("open");
  sources[0]?.emit("error");
  expect(stream.connection.get()).toBe("lost");
  sources[0]?.emit("open");
  expect(stream.connection.get()).toBe("open");
  expect(sources).toHaveLength(1);
});

test("a tab without a connection of its own hears what another tab passes on", () => {
  const { stream, sources } = opened({ alone: () => new Promise(() => undefined) });
  const heard = vi.fn();
  stream.listen(heard);
  stream.hear({ kind: "event", event: { name: "run", data: RUN } as never });
  stream.hear({ kind: "connection", connection: "open" });
  expect([heard.mock.calls.length, stream.connection.get(), sources.length]).toEqual([1, "open", 0]);
});

test("closing ends it for good", async () => {
  const { stream, sources, ended } = opened();
  stream.close();
  await ended;
  expect(sources).toHaveLength(1);
});

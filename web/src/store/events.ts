/** Server-sent events: what jobs, other tabs and other people do. One connection per browser, shared by its tabs. */
import type { Schemas } from "@/api/client";

import { Cell } from "./observable";

export interface ServerEvents {
  /** First of every stream; not `complete` means that something was missed. */
  hello: Schemas["Hello"];
  job: Schemas["Job"];
  /** A change of annotations; `image_ids` only where they are few. */
  operation: Schemas["OperationMade"];
  project: Schemas["ProjectChanged"];
  /** A step of a training. */
  run: Schemas["RunWentOn"];
}

export type ServerEventName = keyof ServerEvents;
export type ServerEvent = { [K in ServerEventName]: { name: K; data: ServerEvents[K] } }[ServerEventName];

export const EVENT_NAMES = [
  "hello",
  "job",
  "operation",
  "project",
  "run",
] as const satisfies ServerEventName[];

export type Connection = "connecting" | "open" | "lost";

/** The part of the browser's EventSource that is used. */
export interface Source {
  readyState: number;
  addEventListener: (name: string, listener: (event: { data?: unknown }) => void) => void;
  close: () => void;
}

export interface EventDoors {
  openSource: () => Source;
  /** Runs `work` while no other tab listens to the server; never returns it before `work` ends. */
  alone: (work: () => Promise<void>) => Promise<void>;
  toOtherTabs: (message: EventMessage) => void;
  wait: (milliseconds: number) => Promise<void>;
}

export type EventMessage =
  { kind: "event"; event: ServerEvent } | { kind: "connection"; connection: Connection };

const CLOSED = 2;
const FIRST_WAIT_MS = 1000;
const LONGEST_WAIT_MS = 15_000;

export class EventStream {
  readonly connection = new Cell<Connection>("connecting");
  private readonly listeners = new Set<(event: ServerEvent) => void>();
  private closed = false;
  private source: Source | null = null;
  private stop: () => void = () => undefined;

  constructor(private readonly doors: EventDoors) {}

  listen(listener: (event: ServerEvent) => void): () => void {
    this.listeners.add(listener);
    return () => this.listeners.delete(listener);
  }

  /** Listens to the server, or waits for the turn of this tab while another one listens. */
  start(): Promise<void> {
    return this.doors.alone(async () => {
      let pause = FIRST_WAIT_MS;
      while (!this.isClosed()) {
        const opened = await this.listenOnce();
        this.say("lost");
        pause = opened ? FIRST_WAIT_MS : Math.min(pause * 2, LONGEST_WAIT_MS);
        if (!this.isClosed()) await this.doors.wait(pause);
      }
    });
  }

  /** Takes in what the listening tab passed on. */
  hear(message: EventMessage): void {
    if (message.kind === "event") this.deliver(message.event);
    else this.connection.set(message.connection);
  }

  close(): void {
    this.closed = true;
    this.source?.close();
    this.stop();
  }

  private readonly isClosed = (): boolean => this.closed;

  /** One connection, until the browser gives it up. Whether it was ever open. */
  private listenOnce(): Promise<boolean> {
    return new Promise((resolve) => {
      let opened = false;
      const source = this.doors.openSource();
      this.source = source;
      this.stop = () => resolve(opened);
      source.addEventListener("open", () => {
        opened = true;
        this.say("open");
      });
      source.addEventListener("error", () => {
        this.say("lost");
        // Otherwise the browser tries again by itself, with the number of the last event.
        if (source.readyState === CLOSED) resolve(opened);
      });
      for (const name of EVENT_NAMES) {
        source.addEventListener(name, ({ data }) => this.receive(name, data));
      }
    });
  }

  private receive(name: ServerEventName, data: unknown): void {
    const event = { name, data: JSON.parse(String(data)) as unknown } as ServerEvent;
    this.doors.toOtherTabs({ kind: "event", event });
    this.deliver(event);
  }

  private say(connection: Connection): void {
    this.doors.toOtherTabs({ kind: "connection", connection });
    this.connection.set(connection);
  }

  private deliver(event: ServerEvent): void {
    for (const listener of [...this.listeners]) listener(event);
  }
}

/**
 * The journal of gestures. Every change is written here first, then sent in order, and kept until the server has
 * acknowledged it: over a lost network, a restarted server, a closed tab, a lost answer.
 */
import { Cell } from "./observable";
import type { Gesture, GestureBody, GestureProblem, NewGesture, Outcome } from "./gesture";
import type { GestureFiles } from "./journalFiles";

/** What came of sending one gesture. */
export type Sent<A> =
  | { kind: "done"; outcome: Outcome; answer: A }
  | { kind: "conflict"; problem: GestureProblem }
  | { kind: "refused"; problem: GestureProblem }
  /** No answer, or one that says "later". The same gesture is sent again under the same key. */
  | { kind: "later"; signedOut: boolean };

export interface JournalStatus {
  /** Not yet acknowledged. */
  waiting: number;
  /** Gestures that ask for a decision. */
  conflicts: readonly Gesture[];
  /** Why nothing is sent at the moment, if so. */
  held: null | "no-answer" | "signed-out";
}

export type JournalEvent<A> =
  | { kind: "added"; gesture: Gesture }
  | { kind: "done"; gesture: Gesture; answer: A }
  | { kind: "conflict" | "refused" | "dropped"; gesture: Gesture };

/** The gestures on disk, for those that mean earlier ones. */
export type KeptGestures = Pick<GestureFiles, "get" | "newestSaved">;

export interface JournalDoors<A> {
  files: GestureFiles;
  /** Sends one gesture; what it means of earlier ones is found among those that are kept. */
  send: (gesture: Gesture, kept: KeptGestures) => Promise<Sent<A>>;
  /** Runs `work` while no other tab sends. */
  alone: (work: () => Promise<void>) => Promise<void>;
  wait: (milliseconds: number, wake: AbortSignal) => Promise<void>;
  newKey: () => string;
  now: () => Date;
  tab: string;
  /** Passes an event on to the other tabs of this browser. */
  toOtherTabs: (event: JournalEvent<A>) => void;
}

const FIRST_WAIT_MS = 500;
const LONGEST_WAIT_MS = 15_000;

export class Journal<A> {
  readonly status = new Cell<JournalStatus>({ waiting: 0, conflicts: [], held: null });
  /** Gestures on their way to the disk. */
  private adding = 0;
  private readonly listeners = new Set<(event: JournalEvent<A>) => void>();
  private sending: Promise<void> | null = null;
  private again = false;
  private wake = new AbortController();
  private closed = false;

  constructor(private readonly doors: JournalDoors<A>) {}

  /** Tells of every gesture added and of what became of it, in order. */
  listen(listener: (event: JournalEvent<A>) => void): () => void {
    this.listeners.add(listener);
    return () => this.listeners.delete(listener);
  }

  /** Puts a gesture on disk, then sends it when its turn comes. Resolves as soon as it is safe on disk. */
  async add(made: NewGesture): Promise<Gesture> {
    // Counted before it is on disk: nothing is called saved between the hand and the file.
    this.adding += 1;
    this.status.update((status) => ({ ...status, waiting: status.waiting + 1 }));
    try {
      const gesture = await this.doors.files.append({ ...made, state: "waiting" });
      this.tell({ kind: "added", gesture });
      return gesture;
    } finally {
      this.adding -= 1;
      await this.count();
      void this.send();
    }
  }

  /** Gestures of a project that the server does not have yet, in order. */
  waiting = (projectId: number): Promise<Gesture[]> =>
    this.doors.files.withState("waiting").then((all) => all.filter((each) => each.project_id === projectId));

  /** Gestures of this tab that are done or on their way, in order: what its undo is made of. */
  ofThisTab = (projectId: number): Promise<Gesture[]> =>
    this.doors.files
      .all()
      .then((all) =>
        all.filter(
          (each) => each.project_id === projectId && each.tab === this.doors.tab && each.state !== "refused",
        ),
      );

  /** Tries again at once: the network is back, the person signed in, another tab added something. */
  hurry(): void {
    this.wake.abort();
    void this.send();
  }

  /** Resolves when nothing is left to send, or when sending is held up. */
  settled = async (): Promise<void> => {
    while (this.sending !== null) await this.sending;
  };

  /** After a conflict: take back the gesture (theirs stays), or send it again knowing what is there now (mine). */
  async resolve(key: string, choice: "mine" | "theirs"): Promise<void> {
    const gesture = await this.doors.files.get(key);
    if (gesture?.state !== "conflict") return;
    // Gestures of the editor stand on each other, so that those of one image are decided together.
    const conflicts = await this.doors.files.withState("conflict");
    const family = conflicts.filter((each) => each.key === key || ofOneImage(each, gesture));
    for (const each of family) {
      await this.doors.files.remove(each.key);
      this.tell({ kind: "dropped", gesture: each });
    }
    if (choice === "mine") for (const each of family) await this.addAgain(each);
    await this.count();
  }

  private async addAgain(gesture: Gesture): Promise<void> {
    const body = unexpecting(gesture.body);
    if (body === null) return;
    const { number: _number, problem: _problem, state: _state, ...made } = gesture;
    await this.add({ ...made, body, key: this.doors.newKey(), made_at: this.doors.now().toISOString() });
  }

  /** Reads the journal from disk and sends what an earlier life of this page left behind. */
  async start(): Promise<void> {
    await this.doors.files.forget(this.doors.now());
    await this.count();
    void this.send();
  }

  close(): void {
    this.closed = true;
    this.wake.abort();
  }

  private send(): Promise<void> {
    this.again = true;
    this.sending ??= this.doors
      .alone(() => this.sendAll())
      .finally(() => {
        this.sending = null;
        if (this.again && !this.closed) void this.send();
      });
    return this.sending;
  }

  private async sendAll(): Promise<void> {
    let pause = FIRST_WAIT_MS;
    while (!this.closed) {
      this.again = false;
      const [next] = await this.doors.files.withState("waiting", 1);
      if (next === undefined) return;
      const sent = await this.doors.send(next, this.doors.files);
      if (sent.kind === "later") {
        this.hold(sent.signedOut ? "signed-out" : "no-answer");
        this.wake = new AbortController();
        await this.doors.wait(pause, this.wake.signal);
        pause = Math.min(pause * 2, LONGEST_WAIT_MS);
      } else {
        pause = FIRST_WAIT_MS;
        this.hold(null);
        await this.settle(next, sent);
      }
    }
  }

  private async settle(gesture: Gesture, sent: Exclude<Sent<A>, { kind: "later" }>): Promise<void> {
    const settled: Gesture =
      sent.kind === "done"
        ? { ...gesture, ...sent.outcome, state: "saved" }
        : { ...gesture, state: sent.kind, problem: sent.problem };
    await this.doors.files.put(settled);
    this.tell(
      sent.kind === "done"
        ? { kind: "done", gesture: settled, answer: sent.answer }
        : { kind: sent.kind, gesture: settled },
    );
    await this.count();
  }

  private hold(held: JournalStatus["held"]): void {
    if (this.status.get().held !== held) this.status.update((status) => ({ ...status, held }));
  }

  /** Counts afresh, also after another tab has written. */
  async count(): Promise<void> {
    const [waiting, conflicts] = await Promise.all([
      this.doors.files.count("waiting"),
      this.doors.files.withState("conflict"),
    ]);
    this.status.update((status) => ({ ...status, waiting: waiting + this.adding, conflicts }));
  }

  /** Takes in what another tab told. */
  async hear(event: JournalEvent<A>): Promise<void> {
    this.toListeners(event);
    await this.count();
    if (event.kind === "added") void this.send();
  }

  private tell(event: JournalEvent<A>): void {
    this.doors.toOtherTabs(event);
    this.toListeners(event);
  }

  private toListeners(event: JournalEvent<A>): void {
    for (const listener of [...this.listeners]) listener(event);
  }
}

/** Whether both are gestures of the editor on the same image. */
export const ofOneImage = (one: Gesture, other: Gesture): boolean =>
  one.body.kind === "instances" &&
  other.body.kind === "instances" &&
  one.project_id === other.project_id &&
  one.body.image_id === other.body.image_id;

/** The same wish whatever the image is like by now; null for a revert, which is not wished again. */
const unexpecting = (body: GestureBody): GestureBody | null => {
  if (body.kind === "revert") return null;
  if (body.kind === "instances") return { ...body, expected_revision: null, after: null };
  const { expected_revisions: _seen, ...rest } = body;
  return rest;
};

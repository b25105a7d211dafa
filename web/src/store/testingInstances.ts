/** A server of one image for the tests of drawing. */
import { PLAIN, type Shape } from "@/shapes/shape";

import type { Gesture } from "./gesture";
import { resolved } from "./instanceSending";
import type { WireInstances } from "./instancesView";
import type { KeptGestures, Sent } from "./journal";
import type { OperationAnswer } from "./sending";

export const IMAGE = 7;
export const box = (left: number): Shape => ({ kind: "box", box: [left, 0, left + 10, 10] });

interface Row {
  class_id: number;
  shape: Shape;
}

/** A server with one image: it numbers instances, counts revisions, does each key once, and takes gestures back. */
export class OneImageServer {
  instances = new Map<number, Row>();
  offered = [
    { id: 51, class_id: 2, model_id: 3, confidence: 0.9, shape: box(50) },
    { id: 52, class_id: 1, model_id: 3, confidence: 0.4, shape: box(70) },
  ];
  revision = 0;
  state: WireInstances["state"] = "proposed";
  fault: () => "none" | "away" | "answer-lost" = () => "none";
  readonly requests: string[] = [];
  private readonly answers = new Map<string, OperationAnswer>();
  private readonly undo = new Map<number, () => void>();
  private next = 900;

  readonly fetch = (): Promise<WireInstances[]> =>
    Promise.resolve([
      {
        image_id: IMAGE,
        revision: this.revision,
        state: this.state,
        width_px: 100,
        height_px: 100,
        instances: [...this.instances].map(([id, row]) => ({
          id,
          ...row,
          traits: PLAIN,
          author: "ada",
          author_kind: "person",
          accepted_from: null,
        })),
        proposals: this.offered,
      } as unknown as WireInstances,
    ]);

  readonly receive = async (gesture: Gesture, kept: KeptGestures): Promise<Sent<OperationAnswer>> => {
    this.requests.push(gesture.words);
    const fault = this.fault();
    if (fault === "away") return { kind: "later", signedOut: false };
    const sent = await this.once(gesture, kept);
    return fault === "answer-lost" ? { kind: "later", signedOut: false } : sent;
  };

  private async once(gesture: Gesture, kept: KeptGestures): Promise<Sent<OperationAnswer>> {
    const done = this.answers.get(gesture.key);
    if (done !== undefined) return this.told(done);
    const { body } = gesture;
    if (body.kind === "revert" && "of_key" in body) {
      this.take((await kept.get(body.of_key))?.operation_id ?? 0);
      return this.keep(gesture.key, []);
    }
    if (body.kind !== "instances") throw new Error(body.kind);
    const wish = await resolved(body, kept);
    if (wish.kind !== "send") return wish;
    const expected = wish.body.expected_revision ?? this.revision;
    if (expected !== this.revision)
      return {
        kind: "conflict",
        problem: { code: "stale-revision", message: "", remedy: null, detail: { at: this.revision } },
      };
    return this.keep(gesture.key, this.edit(wish.body));
  }

  private edit(body: Extract<Awaited<ReturnType<typeof resolved>>, { kind: "send" }>["body"]): number[] {
    this.remember();
    const came: Row[] = (body.new ?? []).map((each) => ({
      class_id: each.class_id,
      shape: each.shape as Shape,
    }));
    for (const id of body.accepted ?? []) {
      const taken = this.offered.find((each) => each.id === id);
      if (taken !== undefined) came.push({ class_id: taken.class_id, shape: taken.shape });
    }
    this.offered = this.offered.filter(({ id }) => !(body.accepted ?? []).includes(id));
    for (const { id, class_id, shape } of body.changed ?? []) {
      if (!this.instances.has(id)) throw new Error(`No instance ${id}`);
      this.instances.set(id, { class_id, shape: shape as Shape });
    }
    for (const id of body.removed ?? []) if (!this.instances.delete(id)) throw new Error(`No instance ${id}`);
    if (body.finished === true) this.state = "labelled";
    return came.map((row) => {
      this.instances.set(++this.next, row);
      return this.next;
    });
  }

  private remember(): void {
    const before = { instances: new Map(this.instances), offered: this.offered, state: this.state };
    this.undo.set(this.revision + 1, () => Object.assign(this, before));
  }

  private take(operation: number): void {
    const back = this.undo.get(operation);
    if (back === undefined) throw new Error(`No operation ${operation}`);
    this.remember();
    back();
  }

  private keep(key: string, new_ids: number[]): Sent<OperationAnswer> {
    this.revision += 1;
    const answer = { operation: { id: this.revision }, revisions: { [IMAGE]: this.revision }, new_ids };
    this.answers.set(key, answer);
    return this.told(answer);
  }

  private readonly told = (answer: OperationAnswer): Sent<OperationAnswer> => ({
    kind: "done",
    outcome: {
      operation_id: answer.operation?.id ?? 0,
      new_ids: answer.new_ids ?? [],
      revisions: answer.revisions ?? {},
    },
    answer,
  });
}

/** How a gesture goes to the server, and what each answer means for it. */
import { ApiError, NoAnswer } from "@/api/errors";
import { postInstances, postOperation, postRevert, type OperationAnswer } from "@/api/operations";

import type { Gesture, GestureProblem, Outcome } from "./gesture";
import { resolved } from "./instanceSending";
import type { KeptGestures, Sent } from "./journal";

export type { OperationAnswer } from "@/api/operations";

/** Answers after which the same request may succeed: the server is busy, starting, or out of room. */
const LATER = new Set([408, 425, 429, 500, 502, 503, 504, 507]);

export const sendGesture = async (gesture: Gesture, kept: KeptGestures): Promise<Sent<OperationAnswer>> => {
  const { body } = gesture;
  const wish = body.kind === "instances" ? await resolved(body, kept) : null;
  if (wish !== null && wish.kind !== "send") return wish;
  try {
    const answer =
      wish === null
        ? await ask(gesture, kept)
        : await postInstances(gesture.project_id, wish.imageId, gesture.key, wish.body);
    return { kind: "done", outcome: outcomeOf(answer), answer };
  } catch (error) {
    return meaningOf(error);
  }
};

/** Of more images than this the revisions are not kept. */
const FEW = 20;

const outcomeOf = ({ operation, new_ids, revisions }: OperationAnswer): Outcome => ({
  ...(operation === null ? {} : { operation_id: operation.id }),
  ...(new_ids === undefined || new_ids.length === 0 ? {} : { new_ids }),
  ...(revisions === null || Object.keys(revisions).length > FEW ? {} : { revisions }),
});

const NOTHING: OperationAnswer = { operation: null, revisions: null };

const ask = async ({ project_id, key, body }: Gesture, kept: KeptGestures): Promise<OperationAnswer> => {
  if (body.kind === "instances") throw new TypeError("A gesture of the editor is sent in another way.");
  if (body.kind !== "revert") return postOperation(project_id, key, body);
  const operationId =
    "operation_id" in body ? body.operation_id : (await kept.get(body.of_key))?.operation_id;
  // The gesture that is taken back was never done, so there is nothing to take back.
  return operationId === undefined ? NOTHING : postRevert(project_id, key, operationId);
};

export const meaningOf = (error: unknown): Exclude<Sent<OperationAnswer>, { kind: "done" }> => {
  if (error instanceof NoAnswer) return { kind: "later", signedOut: false };
  if (!(error instanceof ApiError)) throw error;
  if (error.status === 401) return { kind: "later", signedOut: true };
  if (LATER.has(error.status)) return { kind: "later", signedOut: false };
  const problem = problemOf(error);
  return error.code === "stale-revision" ? { kind: "conflict", problem } : { kind: "refused", problem };
};

const problemOf = ({ code, message, remedy, detail }: ApiError): GestureProblem => ({
  code,
  message,
  remedy,
  detail,
});

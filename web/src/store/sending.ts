/** How a gesture goes to the server, and what each answer means for it. */
import { ApiError, NoAnswer } from "@/api/errors";
import { postOperation, postRevert, type OperationAnswer } from "@/api/operations";

import type { Gesture, GestureProblem } from "./gesture";
import type { Sent } from "./journal";

export type { OperationAnswer } from "@/api/operations";

/** Answers after which the same request may succeed: the server is busy, starting, or out of room. */
const LATER = new Set([408, 425, 429, 500, 502, 503, 504, 507]);

export const sendGesture = async (
  gesture: Gesture,
  operationOf: (key: string) => Promise<number | null>,
): Promise<Sent<OperationAnswer>> => {
  try {
    const answer = await ask(gesture, operationOf);
    return { kind: "done", operation_id: answer.operation?.id ?? null, answer };
  } catch (error) {
    return meaningOf(error);
  }
};

const NOTHING: OperationAnswer = { operation: null, revisions: null };

const ask = async (
  { project_id, key, body }: Gesture,
  operationOf: (key: string) => Promise<number | null>,
): Promise<OperationAnswer> => {
  if (body.kind !== "revert") return postOperation(project_id, key, body);
  const operationId = "operation_id" in body ? body.operation_id : await operationOf(body.of_key);
  // The gesture that is taken back was never done, so there is nothing to take back.
  return operationId === null ? NOTHING : postRevert(project_id, key, operationId);
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

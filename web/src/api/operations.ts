/** The two requests that change annotations, with the key under which the server does them only once. */
import { ApiError, apiError, NoAnswer } from "./errors";

export interface OperationAnswer {
  operation: { id: number } | null;
  /** Revision by image after it; left out where it touched many. */
  revisions: Readonly<Record<string, number>> | null;
}

const post = async (path: string, key: string, body: unknown): Promise<OperationAnswer> => {
  let response: Response;
  try {
    response = await fetch(`/api/v1${path}`, {
      method: "POST",
      credentials: "same-origin",
      headers: { "Content-Type": "application/json", "Idempotency-Key": key },
      body: JSON.stringify(body),
    });
  } catch (cause) {
    throw new NoAnswer(cause);
  }
  const text = await response.text().catch((cause: unknown) => {
    throw new NoAnswer(cause);
  });
  const answer = readJson(text);
  if (!response.ok) throw apiError(response.status, answer);
  if (answer === undefined) throw new ApiError(502, "unreadable", "The answer was cut off.", null, null);
  return answer as OperationAnswer;
};

const readJson = (text: string): unknown => {
  try {
    return JSON.parse(text) as unknown;
  } catch {
    return undefined; // whoever asked decides what an answer without JSON means
  }
};

export const postOperation = (projectId: number, key: string, body: object): Promise<OperationAnswer> =>
  post(`/projects/${projectId}/operations`, key, body);

export const postRevert = (projectId: number, key: string, operationId: number): Promise<OperationAnswer> =>
  post(`/projects/${projectId}/operations/${operationId}/revert`, key, {});

/** Binary columns, whole. */
export const getColumns = async (path: string, signal?: AbortSignal): Promise<ArrayBuffer> => {
  let response: Response;
  try {
    response = await fetch(`/api/v1${path}`, { credentials: "same-origin", signal: signal ?? null });
    if (response.ok) return await response.arrayBuffer();
  } catch (cause) {
    if (signal?.aborted === true) throw cause;
    throw new NoAnswer(cause);
  }
  throw apiError(response.status, readJson(await response.text()));
};

/** The two requests that change annotations, with the key under which the server does them only once. */
import { client, unwrap, type Schemas } from "./client";
import { apiError, NoAnswer } from "./errors";

/** What became of a gesture. `revisions`: of the images that it touched; null where they are many. */
export interface OperationAnswer {
  operation: { id: number } | null;
  revisions: Readonly<Record<string, number>> | null;
}

const keyed = (key: string) => ({ "Idempotency-Key": key });

export const postOperation = (
  projectId: number,
  key: string,
  body: Schemas["Gesture"],
): Promise<OperationAnswer> =>
  unwrap(
    client.POST("/api/v1/projects/{project_id}/operations", {
      params: { path: { project_id: projectId }, header: keyed(key) },
      body,
    }),
  );

export const postRevert = (projectId: number, key: string, number: number): Promise<OperationAnswer> =>
  unwrap(
    client.POST("/api/v1/projects/{project_id}/operations/{number}/revert", {
      params: { path: { project_id: projectId, number }, header: keyed(key) },
      body: { dry_run: false },
    }),
  );

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
  throw apiError(response.status, await response.json().catch(() => undefined));
};

/** The requests that change annotations, with the key under which the server does them only once. */
import { client, unwrap, type Schemas } from "./client";
import { apiError, NoAnswer } from "./errors";

/** What became of a gesture. `revisions`: of the images that it touched; null where they are many. */
export interface OperationAnswer {
  operation: { id: number } | null;
  revisions: Readonly<Record<string, number>> | null;
  /** Of a gesture of the editor: numbers of the instances that it made. */
  new_ids?: readonly number[];
  /** What was mended of the shapes that were sent. */
  notices?: readonly string[];
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

/** One gesture of the editor on one image. */
export const postInstances = async (
  projectId: number,
  imageId: number,
  key: string,
  body: Schemas["InstanceGesture"],
): Promise<OperationAnswer> => {
  const { operation, new_ids, revision, notices } = await unwrap(
    client.POST("/api/v1/projects/{project_id}/images/{image_id}/instances", {
      params: { path: { project_id: projectId, image_id: imageId }, header: keyed(key) },
      body,
    }),
  );
  return { operation, new_ids, notices, revisions: { [imageId]: revision } };
};

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

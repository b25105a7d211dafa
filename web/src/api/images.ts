/** Requests about images. */
import { apiError, NoAnswer } from "./errors";

export interface ImageProposal {
  class_id: number;
  confidence: number;
}

export interface ImageDetails {
  id: number;
  content_hash: string;
  path: string;
  folder: string;
  width_px: number;
  height_px: number;
  state: string;
  split: string | null;
  revision: number;
  class_ids: readonly number[];
  proposals: readonly ImageProposal[];
}

export interface ProjectClass {
  id: number;
  name: string;
  colour: string;
  key: string | null;
  position: number;
}

export interface Card {
  image_id: number;
  reason: string;
  explanation: string;
}

const ask = async <T>(path: string, options: RequestInit): Promise<T> => {
  let response: Response;
  try {
    response = await fetch(`/api/v1${path}`, { credentials: "same-origin", ...options });
    if (response.ok) return (await response.json()) as T;
  } catch (cause) {
    if (options.signal?.aborted === true) throw cause;
    throw new NoAnswer(cause);
  }
  throw apiError(response.status, await response.json().catch(() => undefined));
};

const posted = (body: unknown, signal?: AbortSignal): RequestInit => ({
  method: "POST",
  headers: { "Content-Type": "application/json" },
  body: JSON.stringify(body),
  signal: signal ?? null,
});

export const postLookup = (projectId: number, imageIds: number[], signal?: AbortSignal) =>
  ask<{ images: ImageDetails[] }>(
    `/projects/${projectId}/images/lookup`,
    posted({ image_ids: imageIds }, signal),
  );

export const getClasses = (projectId: number) => ask<ProjectClass[]>(`/projects/${projectId}/classes`, {});

export const getQueue = (projectId: number, count: number, order: string) =>
  ask<{ cards: Card[] }>(`/projects/${projectId}/queue?count=${count}&order=${order}`, {});

/** What an operation would do; nothing is changed. */
export const postDryRun = (projectId: number, body: object) =>
  ask<{ operation: { image_count: number; summary: string } | null; image_count: number }>(
    `/projects/${projectId}/operations`,
    posted({ ...body, dry_run: true }),
  );

export const getModels = (projectId: number) =>
  ask<{ id: number; name: string }[]>(`/projects/${projectId}/models`, {});

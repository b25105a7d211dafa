/** Requests about the map and about what a selection holds. */
import { apiError, NoAnswer } from "./errors";

export interface MapRound {
  number: number;
  /** What was laid out, in words. */
  embedding: string;
  model_id: number | null;
  image_count: number;
  /** Against the round before, in map radii. */
  median_move: number | null;
  purity: number | null;
  created_at: string;
}

export interface OddOne {
  image_id: number;
  reason: "label" | "proposal" | "unlike";
  class_name: string | null;
  oddness: number | null;
}

export interface IslandReport {
  number: number;
  name: string;
  image_count: number;
  labelled_count: number;
  purity: number | null;
  centre_x: number;
  centre_y: number;
  radius: number;
  class_name: string | null;
  proposal_count: number;
  odd_count: number;
  odd_ones: readonly OddOne[];
}

export interface Bridge {
  first: number;
  second: number;
  first_name: string;
  second_name: string;
  image_ids: readonly number[];
  labelled_count: number;
}

export interface SelectionAnswer {
  /** Odd ones first. */
  image_ids: number[];
  count: number;
  words: string;
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

export const getRounds = (projectId: number) => ask<MapRound[]>(`/projects/${projectId}/map/rounds`, {});

export const getIslands = (projectId: number, round: number) =>
  ask<IslandReport[]>(`/projects/${projectId}/map/rounds/${round}/islands`, {});

export const getBridges = (projectId: number, round: number) =>
  ask<Bridge[]>(`/projects/${projectId}/map/rounds/${round}/bridges`, {});

export interface NewRound {
  /** Begins from nothing instead of keeping the places of the last round. */
  rearrange: boolean;
  /** The backbone whose embedding is laid out; null for the active model's, else the project's backbone. */
  backbone: string | null;
}

export const postRound = (projectId: number, body: NewRound) =>
  ask<{ job: { number: number } }>(`/projects/${projectId}/map/rounds`, posted(body));

export const postSelection = (projectId: number, selector: object, signal: AbortSignal) =>
  ask<SelectionAnswer>(`/projects/${projectId}/selection`, posted(selector, signal));

export const getSimilar = (projectId: number, imageId: number, count: number) =>
  ask<{ image_ids: number[] }>(`/projects/${projectId}/images/${imageId}/similar?count=${count}`, {});

/** The generated client. */
import createClient from "openapi-fetch";

import { apiError, NoAnswer } from "./errors";
import type { components, paths } from "./schema";

export type Schemas = components["schemas"];

/** Statuses whose answers have no body, and may not be given one. */
const NO_BODY = new Set([204, 205, 304]);

/** An answer with its whole body; a body that breaks off counts as no answer. */
const fetchWhole = async (input: Request): Promise<Response> => {
  try {
    const { status, headers, ...answer } = await readWhole(await fetch(input));
    return new Response(NO_BODY.has(status) ? null : answer.body, { status, headers });
  } catch (cause) {
    if (input.signal.aborted) throw cause;
    throw new NoAnswer(cause);
  }
};

const readWhole = async (response: Response) => ({
  status: response.status,
  headers: response.headers,
  body: await response.arrayBuffer(),
});

export const client = createClient<paths>({
  // Tests of what lies above have no page.
  baseUrl: typeof location === "undefined" ? "" : location.origin,
  credentials: "same-origin",
  fetch: fetchWhole,
});

export interface Answered<T> {
  data?: T;
  error?: unknown;
  response: Response;
}

/** The data of an answer; throws ApiError for any answer that is not a success, NoAnswer where none came. */
export const unwrap = async <T>(answer: Promise<Answered<T>>): Promise<NonNullable<T>> => {
  const { data, error, response } = await answer;
  if (!response.ok) throw apiError(response.status, error);
  return data as NonNullable<T>;
};

/** The generated client. */
import createClient from "openapi-fetch";

import { apiError, NoAnswer } from "./errors";
import type { components, paths } from "./schema";

export type Schemas = components["schemas"];

const fetchOrSay = async (input: Request): Promise<Response> => {
  try {
    return await fetch(input);
  } catch (cause) {
    if (input.signal.aborted) throw cause;
    throw new NoAnswer(cause);
  }
};

export const client = createClient<paths>({
  baseUrl: globalThis.location.origin,
  credentials: "same-origin",
  fetch: fetchOrSay,
});

interface Answered<T> {
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

/** The generated client, and what goes wrong on the way, as one kind of error. */
import createClient from "openapi-fetch";

import type { components, paths } from "./schema";

export type Schemas = components["schemas"];

/** What the server said about a request that it did not do. */
export class ApiError extends Error {
  constructor(
    readonly status: number,
    readonly code: string,
    message: string,
    readonly remedy: string | null,
    /** Facts for the program, for example what an image has now. */
    readonly detail: Readonly<Record<string, unknown>> | null,
  ) {
    super(message);
    this.name = "ApiError";
  }
}

/** No answer came: the server is away, or the network is. Whether it did the request is unknown. */
export class NoAnswer extends Error {
  constructor(cause: unknown) {
    super("The server does not answer. What you change is kept in this browser and sent when it is back.", {
      cause,
    });
    this.name = "NoAnswer";
  }
}

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

const isErrorBody = (body: unknown): body is Schemas["ErrorBody"] =>
  typeof body === "object" && body !== null && "error" in body && typeof body.error === "object";

export const apiError = (status: number, body: unknown): ApiError => {
  if (isErrorBody(body)) {
    const { code, message, remedy, detail } = body.error;
    return new ApiError(status, code, message, remedy ?? null, detail ?? null);
  }
  return new ApiError(status, "unreadable", `The server answered with status ${status}.`, null, null);
};

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

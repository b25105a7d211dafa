/** What goes wrong on the way to the server, as two kinds of error. */
import type { components } from "./schema";

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

const isErrorBody = (body: unknown): body is components["schemas"]["ErrorBody"] =>
  typeof body === "object" && body !== null && "error" in body && typeof body.error === "object";

export const apiError = (status: number, body: unknown): ApiError => {
  if (isErrorBody(body)) {
    const { code, message, remedy, detail } = body.error;
    return new ApiError(status, code, message, remedy ?? null, detail ?? null);
  }
  return new ApiError(status, "unreadable", `The server answered with status ${status}.`, null, null);
};

/** The one request that the generated client cannot make: the bytes of a file, as they are. */
import { apiError, NoAnswer } from "./errors";

export const putFile = async (
  uploadId: number,
  { content_hash, path }: { content_hash: string; path: string },
  blob: Blob,
  signal: AbortSignal,
): Promise<void> => {
  const query = new URLSearchParams({ path });
  let response: Response;
  try {
    response = await fetch(`/api/v1/uploads/${uploadId}/files/${content_hash}?${query.toString()}`, {
      method: "PUT",
      credentials: "same-origin",
      headers: { "Content-Type": "application/octet-stream" },
      body: blob,
      signal,
    });
  } catch (cause) {
    if (signal.aborted) throw cause;
    throw new NoAnswer(cause);
  }
  if (!response.ok) throw apiError(response.status, await response.json().catch(() => undefined));
};

/** Hashes files beside the page, so that thousands of them do not hold it up. */
interface Asked {
  number: number;
  blob: Blob;
}

const hexOf = (digest: ArrayBuffer): string =>
  Array.from(new Uint8Array(digest), (byte) => byte.toString(16).padStart(2, "0")).join("");

/** A browser hashes only what is in memory as a whole; more than this it cannot hold. */
const MOST_BYTES = 2 ** 31 - 1;
const TOO_LARGE =
  "has more than 2 GB, which a browser cannot send; put it below a folder of the server's machine and choose it there.";

self.onmessage = ({ data: { number, blob } }: MessageEvent<Asked>) => {
  if (blob.size > MOST_BYTES) {
    self.postMessage({ number, error: TOO_LARGE });
    return;
  }
  blob
    .arrayBuffer()
    .then((bytes) => crypto.subtle.digest("SHA-256", bytes))
    .then(
      (digest) => self.postMessage({ number, hash: hexOf(digest) }),
      (error: unknown) => self.postMessage({ number, error: String(error) }),
    );
};

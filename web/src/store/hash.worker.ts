/** Hashes files beside the page, so that thousands of them do not hold it up. */
interface Asked {
  number: number;
  blob: Blob;
}

const hexOf = (digest: ArrayBuffer): string =>
  Array.from(new Uint8Array(digest), (byte) => byte.toString(16).padStart(2, "0")).join("");

self.onmessage = ({ data: { number, blob } }: MessageEvent<Asked>) => {
  blob
    .arrayBuffer()
    .then((bytes) => crypto.subtle.digest("SHA-256", bytes))
    .then(
      (digest) => self.postMessage({ number, hash: hexOf(digest) }),
      (error: unknown) => self.postMessage({ number, error: String(error) }),
    );
};

/**
 * Sends files to the server: known by their bytes, so that what it has already is not sent again; after a broken
 * connection or a closed tab the same folder goes on where it was.
 */
import { ApiError, NoAnswer } from "@/api/errors";

import { Cell } from "./observable";

export interface UploadFile {
  /** Inside the folder that is uploaded, with "/" between its parts. */
  path: string;
  blob: Blob;
}

export interface Offer {
  content_hash: string;
  path: string;
}

type Blobs = ReadonlyMap<string, Blob>;

export interface UploadDoors {
  begin: (name: string) => Promise<number>;
  /** Tells the server which files there are; gives those whose bytes it lacks, the others are there. */
  offer: (uploadId: number, files: Offer[]) => Promise<Offer[]>;
  send: (uploadId: number, file: Offer, blob: Blob, signal: AbortSignal) => Promise<void>;
  /** SHA-256 in hexadecimal digits. */
  hash: (blob: Blob) => Promise<string>;
  wait: (milliseconds: number, wake: AbortSignal) => Promise<void>;
}

export interface UploadProgress {
  files: number;
  /** Files that the server has. */
  done: number;
  bytes: number;
  doneBytes: number;
  /** Files that were left out, each with the reason. */
  refused: readonly { path: string; reason: string }[];
  /** The server does not answer; it goes on when it does. */
  waiting: boolean;
}

const BATCH = 100;
const AT_ONCE = 4;
const FIRST_WAIT_MS = 500;
const LONGEST_WAIT_MS = 15_000;

export class Upload {
  readonly progress: Cell<UploadProgress>;
  private readonly abort = new AbortController();

  constructor(
    private readonly files: readonly UploadFile[],
    private readonly doors: UploadDoors,
  ) {
    const bytes = files.reduce((sum, { blob }) => sum + blob.size, 0);
    this.progress = new Cell({
      files: files.length,
      done: 0,
      bytes,
      doneBytes: 0,
      refused: [],
      waiting: false,
    });
  }

  /** Sends everything; gives the number of the upload. Rejects with ApiError where the server takes none of it. */
  async run(name: string): Promise<number> {
    const uploadId = await this.patiently(() => this.doors.begin(name));
    for (let from = 0; from < this.files.length; from += BATCH) {
      await this.sendBatch(uploadId, this.files.slice(from, from + BATCH));
    }
    return uploadId;
  }

  cancel(): void {
    this.abort.abort(new DOMException("The upload was cancelled.", "AbortError"));
  }

  private async sendBatch(uploadId: number, files: readonly UploadFile[]): Promise<void> {
    const offers = (await Promise.all(files.map((file) => this.offerOf(file)))).filter(
      (offer) => offer !== null,
    );
    const blobs = new Map(files.map(({ path, blob }) => [path, blob]));
    const missing = await this.offer(uploadId, offers, blobs);
    const first = new Map(missing.toReversed().map((offer) => [offer.content_hash, offer]));
    await this.sendAll(uploadId, [...first.values()], blobs);
    // Copies of what was just sent are there by now.
    const copies = missing.filter((offer) => first.get(offer.content_hash) !== offer);
    if (copies.length > 0) await this.offer(uploadId, copies, blobs);
  }

  /** Offers files, counts those that the server has, gives the others. */
  private async offer(uploadId: number, offers: Offer[], blobs: Blobs): Promise<Offer[]> {
    const missing = await this.patiently(() => this.doors.offer(uploadId, offers));
    const lacking = new Set(missing.map(({ path }) => path));
    for (const { path } of offers) if (!lacking.has(path)) this.count(blobs.get(path));
    return missing;
  }

  private async sendAll(uploadId: number, offers: Offer[], blobs: Blobs): Promise<void> {
    const queue = [...offers];
    const sendNext = async (): Promise<void> => {
      for (let offer = queue.shift(); offer !== undefined; offer = queue.shift()) {
        await this.sendOne(uploadId, offer, blobs.get(offer.path));
      }
    };
    await Promise.all(Array.from({ length: AT_ONCE }, sendNext));
  }

  /** A file that cannot be read (moved meanwhile, no right to) is left out and told. */
  private async offerOf({ path, blob }: UploadFile): Promise<Offer | null> {
    try {
      return { content_hash: await this.doors.hash(blob), path };
    } catch (error) {
      this.refuse(path, error);
      return null;
    }
  }

  private async sendOne(uploadId: number, offer: Offer, blob: Blob | undefined): Promise<void> {
    if (blob === undefined) return;
    try {
      await this.patiently(() => this.doors.send(uploadId, offer, blob, this.abort.signal));
      this.count(blob);
    } catch (error) {
      if (this.abort.signal.aborted) throw error;
      this.refuse(offer.path, error);
    }
  }

  /** Tries again, with growing pauses, as long as no answer comes or the server says "later". */
  private async patiently<T>(ask: () => Promise<T>): Promise<T> {
    for (let pause = FIRST_WAIT_MS; ; pause = Math.min(pause * 2, LONGEST_WAIT_MS)) {
      this.abort.signal.throwIfAborted();
      try {
        const answer = await ask();
        this.set({ waiting: false });
        return answer;
      } catch (error) {
        if (!isPassing(error)) throw error;
        this.set({ waiting: true });
        await this.doors.wait(pause, this.abort.signal);
      }
    }
  }

  private count(blob: Blob | undefined): void {
    const { done, doneBytes } = this.progress.get();
    this.set({ done: done + 1, doneBytes: doneBytes + (blob?.size ?? 0) });
  }

  private refuse(path: string, error: unknown): void {
    const reason = error instanceof Error ? error.message : String(error);
    this.set({ refused: [...this.progress.get().refused, { path, reason }] });
  }

  private set(change: Partial<UploadProgress>): void {
    this.progress.update((progress) => ({ ...progress, ...change }));
  }
}

const isPassing = (error: unknown): boolean =>
  error instanceof NoAnswer ||
  (error instanceof ApiError && (error.status === 401 || error.status === 429 || error.status >= 500));

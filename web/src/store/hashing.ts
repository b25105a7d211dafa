/** SHA-256 of files, by a few workers in turn. */

interface Answer {
  number: number;
  hash?: string;
  error?: string;
}

interface Waiting {
  resolve: (hash: string) => void;
  reject: (error: Error) => void;
}

const WORKERS = 2;

export class Hasher {
  private readonly workers: Worker[];
  private readonly waiting = new Map<number, Waiting>();
  private asked = 0;

  constructor() {
    this.workers = Array.from({ length: WORKERS }, () => {
      const worker = new Worker(new URL("./hash.worker.ts", import.meta.url), { type: "module" });
      worker.onmessage = ({ data }: MessageEvent<Answer>) => this.answer(data);
      return worker;
    });
  }

  hash = (blob: Blob): Promise<string> =>
    new Promise((resolve, reject) => {
      const number = this.asked++;
      this.waiting.set(number, { resolve, reject });
      this.workers[number % WORKERS]?.postMessage({ number, blob });
    });

  close(): void {
    for (const worker of this.workers) worker.terminate();
  }

  private answer({ number, hash, error }: Answer): void {
    const asker = this.waiting.get(number);
    this.waiting.delete(number);
    if (hash === undefined) asker?.reject(new Error(error ?? "The file cannot be read."));
    else asker?.resolve(hash);
  }
}

/**
 * What is known of images, fetched in pages for those that are looked at. A view says again and again what it wants, most
 * urgent first; what nobody wants any more is not waited for.
 */
import { Cell } from "./observable";

/** Up to a page of images, in any order; those that are gone are left out. */
export type FetchPage<T> = (imageIds: number[], signal: AbortSignal) => Promise<readonly T[]>;

export interface BookSize {
  /** Images asked for in one request. */
  page: number;
  /** Requests on their way at the same time. */
  mostAtOnce: number;
  /** Images that are remembered; then the oldest are forgotten. */
  mostKept: number;
}

const PAUSE_MS = 1000;

interface Request {
  ids: ReadonlySet<number>;
  abort: AbortController;
}

export class Book<T extends { id: number }> {
  /** Counts up whenever a page has come. */
  readonly version = new Cell(0);
  private readonly known = new Map<number, T>();
  private readonly gone = new Set<number>();
  private wanted: readonly number[] = [];
  private requests: readonly Request[] = [];
  private paused: ReturnType<typeof setTimeout> | undefined;

  constructor(
    private readonly fetchPage: FetchPage<T>,
    private readonly size: BookSize,
  ) {}

  get(imageId: number): T | undefined {
    return this.known.get(imageId);
  }

  /** Whether it was asked for and is not there. */
  isGone(imageId: number): boolean {
    return this.gone.has(imageId);
  }

  /** Says what is wanted from now on, most urgent first; requests that hold nothing of it are given up. */
  want(imageIds: readonly number[]): void {
    this.wanted = imageIds;
    const still = new Set(imageIds);
    for (const { ids, abort } of this.requests) {
      if (![...ids].some((id) => still.has(id))) abort.abort();
    }
    this.ask();
  }

  /** Comes back when each of them is known, gone, or has been given up; never fails. */
  settled(imageIds: readonly number[], signal: AbortSignal): Promise<void> {
    const open = () => imageIds.some((id) => !this.known.has(id) && !this.gone.has(id));
    return new Promise((resolve) => {
      if (!open() || signal.aborted) {
        resolve();
        return;
      }
      const end = () => {
        stop();
        signal.removeEventListener("abort", end);
        resolve();
      };
      const stop = this.version.subscribe(() => {
        if (!open()) end();
      });
      signal.addEventListener("abort", end);
    });
  }

  private ask(): void {
    if (this.paused !== undefined) return;
    while (this.requests.length < this.size.mostAtOnce) {
      const next = this.nextPage();
      if (next.length === 0) return;
      void this.request(next);
    }
  }

  private nextPage(): number[] {
    const onTheWay = (id: number) => this.requests.some(({ ids }) => ids.has(id));
    const page: number[] = [];
    for (const id of this.wanted) {
      if (this.known.has(id) || this.gone.has(id) || onTheWay(id)) continue;
      if (page.push(id) === this.size.page) break;
    }
    return page;
  }

  private async request(page: number[]): Promise<void> {
    const request: Request = { ids: new Set(page), abort: new AbortController() };
    this.requests = [...this.requests, request];
    try {
      this.keep(page, await this.fetchPage(page, request.abort.signal));
    } catch (error) {
      // An outdated request was given up on purpose; any other failure is tried again while the page is wanted.
      if (!request.abort.signal.aborted) this.pause(error);
    } finally {
      this.requests = this.requests.filter((each) => each !== request);
    }
    this.ask();
  }

  /** Why the last request failed; null while all is well. */
  readonly problem = new Cell<unknown>(null);

  private pause(error: unknown): void {
    this.problem.set(error);
    this.paused ??= setTimeout(() => {
      this.paused = undefined;
      this.ask();
    }, PAUSE_MS);
  }

  private keep(page: readonly number[], found: readonly T[]): void {
    for (const each of found) this.known.set(each.id, each);
    for (const id of page) if (!this.known.has(id)) this.gone.add(id);
    // A map hands out its oldest entries first.
    for (const id of this.known.keys()) {
      if (this.known.size <= this.size.mostKept) break;
      this.known.delete(id);
    }
    this.problem.set(null);
    this.version.update((version) => version + 1);
  }
}

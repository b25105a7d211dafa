/**
 * What images are called and which pixels they have: facts that do not change, fetched for the images that are looked at.
 * A view says again and again what it wants, most urgent first; what nobody wants any more is not waited for.
 */
import { Cell } from "./observable";

export interface ImageFacts {
  id: number;
  content_hash: string;
  path: string;
  folder: string;
  width_px: number;
  height_px: number;
}

/** Facts of up to PAGE images, in any order; those that are gone are left out. */
export type Lookup = (imageIds: number[], signal: AbortSignal) => Promise<readonly ImageFacts[]>;

/** Few enough to come at once, many enough for a screen of small pictures. */
const PAGE = 200;
const MOST_AT_ONCE = 2;
const MOST_KEPT = 50_000;
const PAUSE_MS = 1000;

interface Request {
  ids: ReadonlySet<number>;
  abort: AbortController;
}

export class ImageBook {
  /** Counts up whenever facts have come. */
  readonly version = new Cell(0);
  private readonly known = new Map<number, ImageFacts>();
  private readonly gone = new Set<number>();
  private wanted: readonly number[] = [];
  private requests: readonly Request[] = [];
  private paused: ReturnType<typeof setTimeout> | undefined;

  constructor(private readonly lookup: Lookup) {}

  get(imageId: number): ImageFacts | undefined {
    return this.known.get(imageId);
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

  private ask(): void {
    if (this.paused !== undefined) return;
    while (this.requests.length < MOST_AT_ONCE) {
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
      if (page.push(id) === PAGE) break;
    }
    return page;
  }

  private async request(page: number[]): Promise<void> {
    const request: Request = { ids: new Set(page), abort: new AbortController() };
    this.requests = [...this.requests, request];
    try {
      this.keep(page, await this.lookup(page, request.abort.signal));
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

  private keep(page: readonly number[], facts: readonly ImageFacts[]): void {
    for (const each of facts) this.known.set(each.id, each);
    for (const id of page) if (!this.known.has(id)) this.gone.add(id);
    // A map hands out its oldest entries first.
    for (const id of this.known.keys()) {
      if (this.known.size <= MOST_KEPT) break;
      this.known.delete(id);
    }
    this.problem.set(null);
    this.version.update((version) => version + 1);
  }
}

/** The last part of an image's path; its number before the path is known. */
export const fileName = (facts: ImageFacts | undefined, imageId: number): string =>
  facts?.path.split("/").at(-1) ?? `Image ${imageId}`;

/** The address of an image's pixels; never changes, so that browsers keep it for good. */
export const pictureUrl = (contentHash: string, size: 64 | 256 | "large"): string =>
  size === "large"
    ? `/api/v1/pictures/${contentHash}/large.webp?side=1600`
    : `/api/v1/pictures/${contentHash}/${size}.webp`;

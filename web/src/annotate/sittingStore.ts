/** The sitting while it goes on. Keys read it at the moment they are pressed, so that none acts on an image of before. */
import { Cell } from "@/store/observable";

import {
  emptySitting,
  left,
  movedBy,
  movedTo,
  shownImage,
  withDecision,
  withMore,
  withoutDecision,
  type Sitting,
  type SittingImage,
} from "./sitting";

/** The first `count` images that are worth looking at now. */
export type Source = (count: number) => Promise<readonly SittingImage[]>;

/** With fewer left than this, more are fetched. */
const ENOUGH = 20;
const MORE = 60;
/** The server hands out no more at once. */
const MOST = 500;

export class SittingStore {
  readonly cell: Cell<Sitting>;
  /** "end": the queue has nothing that is not here. */
  readonly supply = new Cell<"filling" | "open" | "end">("filling");
  readonly problem = new Cell<Error | null>(null);
  private filling: Promise<void> | null = null;

  constructor(
    private readonly source: Source,
    private readonly now: () => number = Date.now,
  ) {
    this.cell = new Cell(emptySitting(now()));
  }

  get shown(): number | null {
    return shownImage(this.cell.get())?.image_id ?? null;
  }

  move(by: number): void {
    this.cell.update((sitting) => movedBy(sitting, by));
    this.fillSoon();
  }

  moveTo(imageId: number): void {
    this.cell.update((sitting) => movedTo(sitting, imageId));
  }

  decided(imageId: number): void {
    this.cell.update((sitting) => withDecision(sitting, imageId, this.now()));
  }

  undecided(imageId: number): void {
    this.cell.update((sitting) => withoutDecision(sitting, imageId));
  }

  /** Asks the queue for more; the server still counts those among them that were only passed by. */
  fill(): Promise<void> {
    this.filling ??= this.fetchMore().finally(() => (this.filling = null));
    return this.filling;
  }

  private fillSoon(): void {
    if (this.supply.get() === "open" && left(this.cell.get()) < ENOUGH) void this.fill();
  }

  private async fetchMore(): Promise<void> {
    this.supply.set("filling");
    const { images } = this.cell.get();
    try {
      const more = await this.source(Math.min(images.length + MORE, MOST));
      this.cell.update((sitting) => withMore(sitting, more));
      this.problem.set(null);
      this.supply.set(this.cell.get().images.length > images.length ? "open" : "end");
    } catch (error) {
      this.problem.set(error instanceof Error ? error : new Error(String(error)));
      this.supply.set("open");
    }
  }
}

/** Several places of the screen want facts of images at once; the book is told of all of them, most urgent first. */
import type { ImageBook } from "@/store/imageBook";

export class Wants {
  private readonly byPlace = new Map<string, readonly number[]>();

  constructor(private readonly book: ImageBook) {}

  /** What one place shows now. What was said last is the most urgent. */
  set(place: string, imageIds: readonly number[]): void {
    this.byPlace.delete(place);
    this.byPlace.set(place, imageIds);
    const all = [...this.byPlace.values()].reverse().flat();
    this.book.want([...new Set(all)]);
  }
}

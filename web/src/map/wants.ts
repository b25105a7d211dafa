/**
 * Several places of the screen want facts and pictures of images at once; the books are told of all of them, what was said
 * last first.
 */
import type { ImageBook } from "@/store/imageBook";
import type { PictureBook } from "@/store/pictureBook";

export class Wants {
  private readonly byPlace = new Map<string, readonly number[]>();

  constructor(
    private readonly book: ImageBook,
    readonly pictures: PictureBook,
  ) {}

  /** What one place shows now. What was said last is the most urgent. */
  set(place: string, imageIds: readonly number[]): void {
    this.byPlace.delete(place);
    this.byPlace.set(place, imageIds);
    const all = [...new Set([...this.byPlace.values()].reverse().flat())];
    // The pictures first: they are what is looked at, names come when they come.
    this.pictures.want(all);
    this.book.want(all);
  }
}

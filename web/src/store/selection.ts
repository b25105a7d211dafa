/** The images that are chosen, shared by map, gallery and annotate. */
import { Cell } from "./observable";
import { without, type Selector } from "./selector";

export interface Selection {
  /** What was chosen, as the server is told. */
  selector: Selector;
  /** The same images as this browser knows them, odd ones first where that is known. */
  imageIds: Uint32Array;
  /** Odd ones that were thrown out; part of `imageIds` still, so that they can come back in. */
  thrownOut: ReadonlySet<number>;
  /** "by lasso on round 3". */
  words: string;
}

export class SelectionStore {
  readonly cell = new Cell<Selection | null>(null);

  /** Replaces the selection. */
  choose(selector: Selector, imageIds: Uint32Array, words: string): void {
    this.cell.set(imageIds.length === 0 ? null : { selector, imageIds, thrownOut: new Set(), words });
  }

  /** Chooses images by hand. */
  chooseImages(imageIds: Iterable<number>, words = "by hand"): void {
    const ids = Uint32Array.from(imageIds);
    this.choose({ images: [...ids] }, ids, words);
  }

  /** A better order of the same images (odd ones first), once the server has told it. */
  reorder(imageIds: Uint32Array, of: Selector): void {
    this.cell.update((now) => (now?.selector === of ? { ...now, imageIds } : now));
  }

  /** Throws an image out, or takes it back in. */
  toggle(imageId: number): void {
    this.cell.update((now) => {
      if (now === null) return now;
      const thrownOut = new Set(now.thrownOut);
      if (!thrownOut.delete(imageId)) thrownOut.add(imageId);
      return { ...now, thrownOut };
    });
  }

  clear(): void {
    this.cell.set(null);
  }

  /** What a gesture on the selection means now: the selector and the images, without those thrown out. */
  meant(): { selector: Selector; imageIds: Uint32Array; words: string } | null {
    const now = this.cell.get();
    if (now === null) return null;
    const { selector, imageIds, thrownOut, words } = now;
    if (thrownOut.size === 0) return { selector, imageIds, words };
    return {
      selector: without(selector, thrownOut),
      imageIds: imageIds.filter((id) => !thrownOut.has(id)),
      words,
    };
  }
}

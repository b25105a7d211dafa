/**
 * Small pictures of the images that are looked at, many in one answer: a browser asks for six addresses at once, and a
 * view of forty cells that flies by would wait in that queue. They are kept as data addresses, which an image element
 * shows without another way to anywhere.
 */
import { useSyncExternalStore } from "react";

import { Book, type FetchPage } from "./book";

export interface Picture {
  id: number;
  /** WebP, the long side at most 256 px, as a data address. */
  url: string;
}

/** A page is a view of middling pictures; what is kept is some 30 MB. */
const SIZE = { page: 48, mostAtOnce: 2, mostKept: 3000 };

export class PictureBook extends Book<Picture> {
  constructor(fetchPage: FetchPage<Picture>) {
    super(fetchPage, SIZE);
  }
}

/** The address of an image's small picture, undefined until it has come, null where there is none. */
export const usePicture = (pictures: PictureBook, imageId: number): string | null | undefined =>
  useSyncExternalStore(
    pictures.version.subscribe,
    () => pictures.get(imageId)?.url ?? (pictures.isGone(imageId) ? null : undefined),
  );

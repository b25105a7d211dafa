/** What images are called and which pixels they have: facts that do not change, fetched for the images that are looked at. */
import { Book, type FetchPage } from "./book";

export interface ImageFacts {
  id: number;
  content_hash: string;
  path: string;
  folder: string;
  width_px: number;
  height_px: number;
}

export type Lookup = FetchPage<ImageFacts>;

/** Pages: few enough to come at once, many enough for a screen of small pictures. */
const SIZE = { page: 200, mostAtOnce: 2, mostKept: 50_000 };

export class ImageBook extends Book<ImageFacts> {
  constructor(lookup: Lookup) {
    super(lookup, SIZE);
  }
}

/** The last part of an image's path; its number before the path is known. */
export const fileName = (facts: ImageFacts | undefined, imageId: number): string =>
  facts?.path.split("/").at(-1) ?? `Image ${imageId}`;

/** The address of an image's pixels; never changes, so that browsers keep it for good. */
export const pictureUrl = (contentHash: string, size: 64 | 256 | "large" | "largest"): string =>
  size === "large" || size === "largest"
    ? `/api/v1/pictures/${contentHash}/large.webp?side=${SIDES[size]}`
    : `/api/v1/pictures/${contentHash}/${size}.webp`;

/** Long sides in pixels. */
export const SIDES = { large: 1600, largest: 3200 } as const;

import type { ImageFacts } from "@/store/imageBook";

/** The last part of an image's path; its number before the path is known. */
export const fileName = (facts: ImageFacts | undefined, imageId: number): string =>
  facts?.path.split("/").at(-1) ?? `Image ${imageId}`;

import { pictureUrl, type ImageBook } from "@/store/imageBook";

import type { Wants } from "./wants";

/** As many as the tray shows at first. */
const AHEAD = 40;
const fetched = new Set<string>();

const fetchPicture = (url: string): void => {
  if (fetched.has(url)) return;
  fetched.add(url);
  new Image().src = url;
};

/** Brings what the tray will show at first while the hand is still drawing, so that it is there when the hand lifts. */
export const fetchAhead = (imageIds: Uint32Array, book: ImageBook, wants: Wants): void => {
  const first = [...imageIds.subarray(0, AHEAD)];
  wants.set("ahead", first);
  for (const id of first) {
    const facts = book.get(id);
    if (facts !== undefined) fetchPicture(pictureUrl(facts.content_hash, 64));
  }
};

import { useEffect, useState } from "react";

import type { PictureBook } from "@/store/pictureBook";
import type { Selection } from "@/store/selection";

/** Pictures that the tray shows at once; it may have a few more. */
const FIRST = 20;
/** Nobody waits longer than this for the points, whatever the pictures do. */
const LONGEST_MS = 400;

/**
 * The selection as the points show it: the one before, until the tray has its first pictures on the screen. Painting a
 * hundred thousand points afresh takes a machine without a graphics card a tenth of a second, and the pictures would wait
 * behind it.
 */
export const useMarked = (selection: Selection | null, pictures: PictureBook): Selection | null => {
  const [marked, setMarked] = useState(selection);
  useEffect(() => {
    if (selection === null) {
      const soon = setTimeout(() => setMarked(null));
      return () => clearTimeout(soon);
    }
    const first = [...selection.imageIds.subarray(0, FIRST)];
    const there = () => first.every((id) => pictures.get(id) !== undefined || pictures.isGone(id));
    let frame = 0;
    // The pictures are put into the page in one frame and painted in the next.
    const show = () => {
      cancelAnimationFrame(frame);
      frame = requestAnimationFrame(() => {
        frame = requestAnimationFrame(() => setMarked(selection));
      });
    };
    const showWhenThere = () => {
      if (!there()) return;
      stop();
      show();
    };
    const stop = pictures.version.subscribe(showWhenThere);
    const timer = setTimeout(show, LONGEST_MS);
    showWhenThere();
    return () => {
      stop();
      clearTimeout(timer);
      cancelAnimationFrame(frame);
    };
  }, [selection, pictures]);
  return selection === null ? null : marked;
};

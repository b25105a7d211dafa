import type { ProjectClass } from "@/store/classes";
import { useKeys } from "@/store/keys/board";
import { classHandlers } from "@/store/keys/classKeys";

import type { StageHandle } from "./Stage";

export interface Deeds {
  give: (chosen: ProjectClass) => void;
  accept: () => void;
  reject: () => void;
  skip: () => void;
  unclear: () => void;
  reopen: () => void;
  clear: () => void;
  next: () => void;
  previous: () => void;
  search: () => void;
}

const ZOOM_STEP = 1.25;

/** The keys of annotating or, with `review`, of reviewing. */
export const useAnnotateKeys = (
  review: boolean,
  all: readonly ProjectClass[],
  deeds: Deeds,
  stage: () => StageHandle | null,
): void => {
  const scope = review ? "review" : "annotate";
  /** A key that is held down decides once; only going on and back repeat. */
  const once = (deed: () => void) => (event: KeyboardEvent) => {
    if (!event.repeat) deed();
  };
  const classKeys = new Map([
    // Where no class has this key it shows the image at 100 %, as in other editors.
    ["0", () => stage()?.oneToOne()],
    ...classHandlers(all, (chosen, event) => once(() => deeds.give(chosen))(event)),
  ]);
  const keys = {
    [`${scope}.accept`]: once(deeds.accept),
    [`${scope}.reject`]: once(deeds.reject),
    [`${scope}.skip`]: once(deeds.skip),
    [`${scope}.unclear`]: once(deeds.unclear),
    [`${scope}.reopen`]: once(deeds.reopen),
    [`${scope}.clear`]: once(deeds.clear),
    [`${scope}.next`]: deeds.next,
    [`${scope}.previous`]: deeds.previous,
    [`${scope}.class-search`]: once(deeds.search),
    [`${scope}.zoom-in`]: () => stage()?.zoom(ZOOM_STEP),
    [`${scope}.zoom-out`]: () => stage()?.zoom(1 / ZOOM_STEP),
    [`${scope}.fit`]: () => stage()?.fit(),
    [`${scope}.one-to-one`]: () => stage()?.oneToOne(),
  };
  useKeys(scope, keys, classKeys);
};

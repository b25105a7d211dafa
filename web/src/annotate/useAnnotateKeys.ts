import type { ProjectClass } from "@/store/classes";
import type { ActionId } from "@/store/keys/actions";
import { useKeys } from "@/store/keys/board";

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

const CLASS_KEYS = 20;
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
  const classKeys: Partial<Record<ActionId, (event: KeyboardEvent) => void>> = Object.fromEntries(
    all.slice(0, CLASS_KEYS).map((each, at) => [`${scope}.class.${at + 1}`, once(() => deeds.give(each))]),
  );
  useKeys(scope, {
    // Without a tenth class its key shows the image at 100 %, as in other editors.
    [`${scope}.class.10`]: () => stage()?.oneToOne(),
    ...classKeys,
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
  });
};

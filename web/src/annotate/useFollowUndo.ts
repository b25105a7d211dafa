import { useEffect } from "react";

import type { OpenProject } from "@/store/openProject";

import type { Decisions } from "./decisions";
import type { SittingStore } from "./sittingStore";

/** An undo or redo shows the image that it concerns; it comes by key, by button or from the palette. `decisions`: where
 * classes of whole images are given. */
export const useFollowUndo = (
  project: OpenProject,
  store: SittingStore,
  decisions: Decisions | null,
): void => {
  useEffect(() => {
    let before = project.undoStacks.get();
    return project.undoStacks.subscribe(() => {
      const after = project.undoStacks.get();
      const undone = after.undone.length > before.undone.length;
      const redone = after.undone.length < before.undone.length && after.done.length > before.done.length;
      const entry = undone ? before.done.at(-1) : redone ? before.undone.at(-1) : undefined;
      before = after;
      const [imageId] = entry?.image_ids ?? [];
      // A change of many images is no business of one.
      if (entry?.image_ids.length !== 1 || imageId === undefined) return;
      store.moveTo(imageId);
      if (undone) {
        store.undecided(imageId);
        decisions?.reverted(entry.key, imageId);
      } else store.decided(imageId);
    });
  }, [project, store, decisions]);
};

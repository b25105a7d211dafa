import { useQuery } from "@tanstack/react-query";
import { useEffect, useMemo, useRef } from "react";

import { NONE, rowOf, STATE, type ImageStates } from "@/store/imageStates";
import { SPLITS, type ImageFilter } from "@/store/filters";
import { useImagesVersion, useProject } from "@/store/hooks";
import { orderQuery } from "@/store/images";

import type { GalleryView } from "./search";

const NO_IMAGES = new Uint32Array(0);

/** Whether an image still fits, as far as this browser can tell; what only the server knows counts as fitting. */
const fits = (filter: ImageFilter, states: ImageStates, row: number): boolean => {
  const { state, class_id, proposed_class_id, min_confidence, max_confidence, folder, split } = filter;
  const confidence = states.confidences[row] ?? NaN;
  return (
    (state === undefined || states.states[row] === STATE[state]) &&
    (class_id === undefined || states.classIds[row] === class_id) &&
    (proposed_class_id === undefined || states.proposalClassIds[row] === proposed_class_id) &&
    (min_confidence === undefined || confidence >= Math.fround(min_confidence)) &&
    (max_confidence === undefined || confidence <= Math.fround(max_confidence)) &&
    (folder === undefined || states.folders[states.folderIndexes[row] ?? NONE] === folder) &&
    (split === undefined || states.splits[row] === SPLITS.indexOf(split))
  );
};

export interface Order {
  ids: Uint32Array;
  /** Images that are still shown although they fit no longer, because they were changed here. */
  outdated: number;
  loading: boolean;
  problem: Error | null;
  refresh: () => void;
}

/**
 * Asks again when images were added, as an import does for minutes, where that moves none that is shown: in the order of
 * import they come at the end.
 */
const useFollowNewImages = (count: number, follows: boolean, refetch: () => unknown): void => {
  const known = useRef(count);
  useEffect(() => {
    if (count <= known.current || !follows) return;
    known.current = count;
    refetch();
  }, [count, follows, refetch]);
};

/** The images of a view in their order, and how many of them fit no longer. */
export const useOrder = (view: GalleryView, multiLabel: boolean): Order => {
  const project = useProject();
  const version = useImagesVersion();
  const { filter, sort, to } = view;
  const answer = useQuery(orderQuery(project.id, { filter, sort, to }));
  const ids = answer.data ?? NO_IMAGES;
  const outdated = useMemo(() => {
    // The columns hold the first class only, so that in a multi-label project they do not tell who fits.
    const told: ImageFilter = multiLabel ? { ...filter, class_id: undefined as never } : filter;
    if (version < 0 || Object.keys(filter).length === 0) return 0;
    const states = project.images.columns;
    let count = 0;
    for (const id of ids) if (!fits(told, states, rowOf(states, id))) count += 1;
    return count;
  }, [ids, filter, multiLabel, project, version]);
  const count = version < 0 ? 0 : project.images.columns.imageIds.length;
  useFollowNewImages(count, sort === "id" || ids.length === 0, answer.refetch);
  return {
    ids,
    outdated,
    loading: answer.isPending,
    problem: answer.isPending ? null : answer.error,
    refresh: () => void answer.refetch(),
  };
};

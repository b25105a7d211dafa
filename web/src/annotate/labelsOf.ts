/** Which classes an image has now, with what was done here and is still on its way. */
import { NONE, rowOf, type ImageStates } from "@/store/imageStates";
import type { ImageDetails } from "@/store/images";

/** What this page made of an image's classes, and the revision that the image has with it. */
export interface OwnLabels {
  classIds: readonly number[];
  revision: number;
}

/**
 * The columns know one class, which is all there is in a single-label project. Of several classes the newer of two
 * sources tells: the server's details, or what was done here since.
 */
export const labelsOf = (
  imageId: number,
  multiLabel: boolean,
  states: ImageStates,
  details: ImageDetails | undefined,
  own: OwnLabels | undefined,
): readonly number[] => {
  if (multiLabel && own !== undefined && own.revision > (details?.revision ?? -1)) return own.classIds;
  if (multiLabel && details !== undefined) return details.class_ids;
  const label = states.classIds[rowOf(states, imageId)] ?? NONE;
  return label === NONE ? [] : [label];
};

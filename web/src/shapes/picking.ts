/** Which of several shapes a pointer means. */
import { areaOf, awayFromOutline, covers } from "./measure";
import type { Shape } from "./shape";

export interface Candidate {
  readonly shape: Shape;
  /** Higher lies on top. */
  readonly z: number;
}

/**
 * Shapes under a point, the one that is meant first: the smallest, so that what lies inside of something large can be
 * picked; of equally large ones the upper. `within`: how far beside an outline still counts, image pixels.
 */
export const under = <C extends Candidate>(
  candidates: readonly C[],
  x: number,
  y: number,
  within: number,
): C[] =>
  candidates
    .filter(({ shape }) => covers(shape, x, y) || awayFromOutline(shape, x, y) <= within)
    .map((candidate, order) => ({ candidate, order, area: areaOf(candidate.shape) }))
    .toSorted((a, b) => a.area - b.area || b.candidate.z - a.candidate.z || b.order - a.order)
    .map(({ candidate }) => candidate);

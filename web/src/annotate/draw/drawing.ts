/** What may be drawn in a project, and the edits that lists and buttons beside the drawing bring about. Plain values. */
import type { Tool } from "@/editor/handle";
import { NO_EDIT, offeredId, type Drawn, type Edit, type Offered } from "@/shapes/edit";
import type { Skeleton, Traits } from "@/shapes/shape";
import type { ProjectClass } from "@/store/classes";

export type DrawTask = "detection" | "instance-segmentation" | "semantic-segmentation" | "keypoints";

const AREAS: readonly Tool[] = ["select", "pan", "polygon", "brush", "eraser"];

/** The first that draws is the one in hand at the beginning. */
const TOOLS_OF: Record<DrawTask, readonly Tool[]> = {
  detection: ["select", "pan", "box", "rotated-box"],
  "instance-segmentation": AREAS,
  "semantic-segmentation": AREAS,
  keypoints: ["select", "pan", "keypoints"],
};

const FIRST_TOOL: Record<DrawTask, Tool> = {
  detection: "box",
  "instance-segmentation": "polygon",
  "semantic-segmentation": "brush",
  keypoints: "keypoints",
};

export const toolsOf = (task: DrawTask): readonly Tool[] => TOOLS_OF[task];

export const firstTool = (task: DrawTask): Tool => FIRST_TOOL[task];

/** Proposals at least this sure. */
export const shownProposals = (offered: readonly Offered[], least: number): readonly Offered[] =>
  offered.filter(({ confidence }) => confidence >= least);

/** Everything that is shown is right, and that is all: nothing is rejected. */
export const acceptAll = (shown: readonly Offered[]): Edit => ({
  ...NO_EDIT,
  accepted: shown.map(({ id }) => id),
  finished: true,
});

export const rejectAll = (shown: readonly Offered[]): Edit => ({
  ...NO_EDIT,
  rejected: shown.map(({ id }) => id),
});

/** Other traits for some of what is drawn. */
export const withTraits = (
  drawn: readonly Drawn[],
  keys: ReadonlySet<string>,
  change: (traits: Traits) => Traits,
): Edit => ({
  ...NO_EDIT,
  changed: drawn
    .filter(({ key }) => keys.has(key))
    .map(({ key, classId, shape, traits }) => ({ key, classId, shape, traits: change(traits) })),
});

export type Flag = "occluded" | "truncated" | "crowd" | "difficult";
export const FLAGS: readonly Flag[] = ["occluded", "truncated", "crowd", "difficult"];

/** true and false where all agree, null where they differ. */
export const agreed = (drawn: readonly Drawn[], flag: Flag): boolean | null => {
  const said = new Set(drawn.map(({ traits }) => traits[flag]));
  return said.size > 1 ? null : said.has(true);
};

/** What somebody typed as the value of an attribute: yes and no, a number, or text. */
export const attributeOf = (typed: string): string | number | boolean => {
  const text = typed.trim();
  if (text === "true" || text === "false") return text === "true";
  return text !== "" && Number.isFinite(Number(text)) ? Number(text) : text;
};

export const skeletonsOf = (all: readonly ProjectClass[]): ReadonlyMap<number, Skeleton> =>
  new Map(
    all.flatMap(({ id, skeleton }) =>
      skeleton === null ? [] : [[id, { names: skeleton.names, limbs: skeleton.limbs ?? [] }]],
    ),
  );

/** Of the keys of a selection, those of what is there; the rest was deleted, accepted or filtered away. */
export const stillThere = (
  selected: ReadonlySet<string>,
  drawn: readonly Drawn[],
  shown: readonly Offered[],
): ReadonlySet<string> => {
  const keys = new Set(drawn.map(({ key }) => key));
  const ids = new Set(shown.map(({ id }) => id));
  const kept = [...selected].filter((key) => {
    const id = offeredId(key);
    return id === null ? keys.has(key) : ids.has(id);
  });
  return kept.length === selected.size ? selected : new Set(kept);
};

/** A set with some keys in it or out of it: out where all of them are in. */
export const toggled = (set: ReadonlySet<string>, keys: Iterable<string>): ReadonlySet<string> => {
  const meant = [...keys];
  const all = meant.every((key) => set.has(key));
  const next = new Set(set);
  for (const key of meant) {
    if (all) next.delete(key);
    else next.add(key);
  }
  return next;
};

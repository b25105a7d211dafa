/** What the colour of a point says, point by point, and the legend that explains it. */
import { NONE, STATE, type ImageStates } from "@/store/imageStates";

import { confidenceColour, cssColour, groupColour, hexColour, oklch, type Rgb } from "./colours";
import type { Layout } from "./layout";

export const COLOURINGS = ["class", "proposal", "confidence", "state", "island", "folder"] as const;
export type Colouring = (typeof COLOURINGS)[number];

export const COLOURING_WORDS: Record<Colouring, string> = {
  class: "Class",
  proposal: "Proposal",
  confidence: "Confidence",
  state: "State",
  island: "Island",
  folder: "Folder",
};

export interface ClassLook {
  id: number;
  name: string;
  /** "#rrggbb". */
  colour: string;
}

export interface Facts {
  states: ImageStates;
  classes: readonly ClassLook[];
  islandNames: ReadonlyMap<number, string>;
  dark: boolean;
}

export interface LegendEntry {
  /** The group of a point; NOTHING for what has none. */
  group: number;
  name: string;
  colour: string;
  count: number;
}

export interface Painting {
  /** RGBA of each point. */
  colours: Uint8Array;
  /** Group of each point: a class id, an island, a folder, a state, or a tenth of confidence. */
  groups: Int32Array;
  legend: LegendEntry[];
}

export const NOTHING = -1;
const NOT_KNOWN = -2;
const TENTHS = 10;

const nothingColour = (dark: boolean): Rgb => (dark ? [98, 106, 101] : [164, 172, 167]);

const STATE_LOOK: readonly { name: string; colour: Rgb | null }[] = [
  { name: "New", colour: null },
  { name: "Proposed", colour: oklch(0.72, 0.14, 250) },
  { name: "Labelled", colour: oklch(0.66, 0.15, 155) },
  { name: "Skipped", colour: oklch(0.72, 0.13, 75) },
  { name: "Unclear", colour: oklch(0.65, 0.17, 350) },
];

type GroupOf = (row: number, point: number) => number;

const groupReader = (colouring: Colouring, { states }: Facts, layout: Layout): GroupOf => {
  switch (colouring) {
    case "class":
      return (row) => states.classIds[row] ?? NONE;
    case "proposal":
      return (row) => states.proposalClassIds[row] ?? NONE;
    case "confidence":
      return (row) => {
        const share = states.confidences[row] ?? NaN;
        // 0.9 comes as the float32 just below it.
        return Number.isNaN(share) ? NOTHING : Math.min(TENTHS - 1, Math.floor(share * TENTHS + 1e-6));
      };
    case "state":
      return (row) => states.states[row] ?? STATE.new;
    case "island":
      return (_, point) => layout.islands[point] ?? NOTHING;
    case "folder":
      return (row) => states.folderIndexes[row] ?? 0;
  }
};

interface Look {
  name: string;
  colour: Rgb;
}

const NOTHING_WORDS: Partial<Record<Colouring, string>> = {
  class: "No label",
  proposal: "No proposal",
  confidence: "No proposal",
  island: "No island",
};

const folderName = (folder: string | undefined): string =>
  folder === undefined || folder === "" ? "(top folder)" : folder;

/** Name and colour of a group; a class whose colour another class has before it gets one of its own. */
const lookReader = (colouring: Colouring, facts: Facts): ((group: number) => Look) => {
  const none: Look = { name: NOTHING_WORDS[colouring] ?? "None", colour: nothingColour(facts.dark) };
  const classLooks = classLooksOf(facts.classes);
  return (group) => {
    if (group < 0) return none;
    switch (colouring) {
      case "class":
      case "proposal":
        return classLooks.get(group) ?? { name: `class ${group}`, colour: groupColour(group) };
      case "confidence":
        return {
          name: `${group * 10}–${group * 10 + 10} %`,
          colour: confidenceColour((group + 0.5) / TENTHS),
        };
      case "state":
        return { name: STATE_LOOK[group]?.name ?? "", colour: STATE_LOOK[group]?.colour ?? none.colour };
      case "island":
        return { name: facts.islandNames.get(group) ?? `island ${group}`, colour: groupColour(group) };
      case "folder":
        return { name: folderName(facts.states.folders[group]), colour: groupColour(group) };
    }
  };
};

export const classLooksOf = (classes: readonly ClassLook[]): Map<number, Look> => {
  const used = new Set<string>();
  return new Map(
    classes.map(({ id, name, colour }, place) => {
      const own = hexColour(colour);
      const free = own !== null && !used.has(colour.toLowerCase());
      used.add(colour.toLowerCase());
      return [id, { name, colour: free ? own : groupColour(place) }];
    }),
  );
};

/** Colours every point and counts the groups, the largest first, those without a group last. */
export const paint = (colouring: Colouring, layout: Layout, rows: Int32Array, facts: Facts): Painting => {
  const groupOf = groupReader(colouring, facts, layout);
  const lookOf = lookReader(colouring, facts);
  const groups = Int32Array.from(rows, (row, point) => (row < 0 ? NOT_KNOWN : groupOf(row, point)));
  const counts = new Map<number, number>();
  for (const group of groups) counts.set(group, (counts.get(group) ?? 0) + 1);
  const looks = new Map([...counts.keys()].map((group) => [group, lookOf(group)]));
  const colours = new Uint8Array(4 * groups.length);
  groups.forEach((group, point) => {
    const [red, green, blue] = looks.get(group)?.colour ?? [0, 0, 0];
    colours.set([red, green, blue, group < 0 ? 190 : 235], 4 * point);
  });
  return { colours, groups, legend: legendOf(counts, looks, colouring) };
};

const legendOf = (
  counts: Map<number, number>,
  looks: Map<number, Look>,
  colouring: Colouring,
): LegendEntry[] => {
  const inOrder = colouring === "confidence" || colouring === "state";
  return [...counts]
    .filter(([group]) => group !== NOT_KNOWN)
    .map(([group, count]) => {
      const look = looks.get(group);
      return { group, count, name: look?.name ?? "", colour: cssColour(look?.colour ?? [0, 0, 0]) };
    })
    .sort((a, b) => {
      if (a.group < 0 || b.group < 0) return b.group - a.group;
      return inOrder ? a.group - b.group : b.count - a.count || a.group - b.group;
    });
};

export interface Part {
  /** Class id, or NONE. */
  classId: number;
  count: number;
}

/** How many images of a selection have each class, or each proposal where they have no label; the commonest first. */
export const compositionOf = (
  states: ImageStates,
  rows: Iterable<number>,
  of: "class" | "proposal",
): Part[] => {
  const counts = new Map<number, number>();
  const column = of === "class" ? states.classIds : states.proposalClassIds;
  for (const row of rows) {
    if (row < 0 || (of === "proposal" && states.states[row] !== STATE.proposed)) continue;
    const classId = column[row] ?? NONE;
    counts.set(classId, (counts.get(classId) ?? 0) + 1);
  }
  return [...counts]
    .map(([classId, count]) => ({ classId, count }))
    .sort((a, b) => Number(a.classId === NONE) - Number(b.classId === NONE) || b.count - a.count);
};

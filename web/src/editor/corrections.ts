/** Edits that change shapes: an instance is changed, a proposal becomes an instance that corrects it. */
import { newKey, NO_EDIT, type ChangedShape, type Edit, type NewShape } from "@/shapes/edit";
import type { Shape, Traits } from "@/shapes/shape";

import type { Item } from "./scene";

export interface Change {
  readonly item: Item;
  readonly shape?: Shape;
  readonly classId?: number;
  readonly traits?: Traits;
}

/** The edit, and the keys under which the changed shapes are known after it. */
export const corrected = (changes: readonly Change[]): { edit: Edit; keys: ReadonlySet<string> } => {
  const changed: ChangedShape[] = [];
  const added: NewShape[] = [];
  for (const { item, shape = item.shape, classId = item.classId, traits = item.traits } of changes) {
    if (item.offered === null) changed.push({ key: item.key, classId, shape, traits });
    else added.push({ key: newKey(), classId, shape, traits, corrects: item.offered.id });
  }
  return {
    edit: { ...NO_EDIT, changed, new: added },
    keys: new Set([...changed, ...added].map(({ key }) => key)),
  };
};

/** Instances are removed, proposals rejected. */
export const withoutItems = (items: readonly Item[]): Edit => ({
  ...NO_EDIT,
  removed: items.flatMap(({ key, offered }) => (offered === null ? [key] : [])),
  rejected: items.flatMap(({ offered }) => offered?.id ?? []),
});

const WORDS: Record<Shape["kind"], readonly [string, string]> = {
  box: ["box", "boxes"],
  "rotated-box": ["rotated box", "rotated boxes"],
  polygon: ["polygon", "polygons"],
  mask: ["mask", "masks"],
  keypoints: ["skeleton", "skeletons"],
};

/** "1 box", "3 polygons", "4 shapes" of several kinds. */
export const countShapes = (shapes: readonly Shape[]): string => {
  const [first] = shapes;
  const same = first !== undefined && shapes.every(({ kind }) => kind === first.kind);
  const [one, many] = same ? WORDS[first.kind] : (["shape", "shapes"] as const);
  return `${shapes.length} ${shapes.length === 1 ? one : many}`;
};

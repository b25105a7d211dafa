/** Which keys bring about which action, as users of other tools know them. */
import { ACTIONS, SCOPES, type ActionId, type Scope } from "./actions";
import type { Chord } from "./chord";

export const PROFILE_NAMES = ["Labelgraft", "CVAT", "labelme", "Prodigy"] as const;
export type ProfileName = (typeof PROFILE_NAMES)[number];

/** What a profile changes; all other actions keep our keys. */
const CHANGES: Record<ProfileName, Partial<Record<ActionId, readonly Chord[]>>> = {
  Labelgraft: {},
  CVAT: {
    "annotate.next": ["F", "Right"],
    "annotate.previous": ["D", "Left"],
    "annotate.fit": ["Home"],
    "global.help": ["?", "F1"],
    "draw.next": ["F"],
    "draw.previous": ["D"],
    "draw.fit": ["Home"],
    "draw.hide": ["H", "Alt+H"],
    "draw.lock": ["L", "Alt+L"],
    "draw.pan": [],
    "draw.box": ["N", "R"],
    "draw.duplicate": ["Ctrl+B", "Ctrl+D"],
    "draw-review.fit": ["Home"],
    "draw-review.hide": ["H", "Alt+H"],
    "draw-review.lock": ["L", "Alt+L"],
    "draw-review.pan": [],
    "draw-review.box": ["N", "R"],
    "draw-review.duplicate": ["Ctrl+B", "Ctrl+D"],
  },
  labelme: {
    "annotate.fit": ["Ctrl+F"],
    "draw.fit": ["Ctrl+F", "F"],
    "draw.select": ["V", "Ctrl+J"],
    "draw.hide": ["T", "Alt+H"],
    "draw-review.fit": ["Ctrl+F", "F"],
    "draw-review.select": ["V", "Ctrl+J"],
    "draw-review.hide": ["T", "Alt+H"],
  },
  Prodigy: {
    "annotate.accept": ["A", "Enter"],
    "annotate.previous": ["Left"],
    "annotate.next": ["Right"],
    "annotate.clear": ["Delete"],
    "draw.accept": ["A", "Enter"],
    "draw.previous": [],
    "draw.next": [],
    "draw.skip": ["Space"],
    "global.undo": ["Ctrl+Z"],
  },
};

export const keysOf = (profile: ProfileName, action: string): readonly Chord[] =>
  CHANGES[profile][action as ActionId] ?? ACTIONS[action]?.keys ?? [];

export interface KeyConflict {
  scope: Scope;
  chord: Chord;
  actions: readonly string[];
}

/** Chords that mean two things at once: two actions of one scope, or one of a scope and a global one. */
export const conflictsOf = (profile: ProfileName): KeyConflict[] =>
  SCOPES.flatMap((scope) => {
    const byChord = new Map<Chord, string[]>();
    for (const [id, action] of Object.entries(ACTIONS)) {
      if (action.scope !== scope && action.scope !== "global") continue;
      for (const chord of keysOf(profile, id)) byChord.set(chord, [...(byChord.get(chord) ?? []), id]);
    }
    return [...byChord]
      .filter(([, actions]) => actions.length > 1)
      .map(([chord, actions]) => ({ scope, chord, actions }));
  });

/** The action that a chord means in a scope, or else everywhere. */
export const actionFor = (profile: ProfileName, scope: Scope, chord: Chord): string | null => {
  const found = (where: Scope) =>
    Object.keys(ACTIONS).find((id) => ACTIONS[id]?.scope === where && keysOf(profile, id).includes(chord));
  return found(scope) ?? found("global") ?? null;
};

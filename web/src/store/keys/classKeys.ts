/** Which key gives which class: one rule for every screen that labels. */
import { ACTIONS, DRAWING_SCOPES, SCOPE_TITLES } from "./actions";
import type { Chord } from "./chord";
import { keysOf, PROFILE_NAMES } from "./profiles";

export interface KeyedClass {
  id: number;
  name: string;
  /** One character of its own, or null: then a free digit. */
  key: string | null;
}

const DIGITS = ["1", "2", "3", "4", "5", "6", "7", "8", "9", "0"];

/** What classes without a key of their own take, in order. */
export const FREE_CHORDS: readonly Chord[] = [...DIGITS, ...DIGITS.map((digit) => `Shift+${digit}`)];

/** What each chord does that an action has somewhere, under whichever profile, in words. */
const actionWords = (drawing: boolean): ReadonlyMap<Chord, string> =>
  new Map(
    [...PROFILE_NAMES].reverse().flatMap((profile) =>
      Object.entries(ACTIONS)
        .filter(([, { scope }]) => drawing || !DRAWING_SCOPES.includes(scope))
        .reverse()
        .flatMap(([id, { scope, words }]) => {
          const where = scope === "global" ? "everywhere" : `on ${SCOPE_TITLES[scope]}`;
          const whose = profile === "Labelgraft" ? "" : ` with the keys of ${profile}`;
          return keysOf(profile, id).map((chord) => [chord, `"${words}" ${where}${whose}`] as const);
        }),
    ),
  );

const WORDS_OF_IMAGES = actionWords(false);
const WORDS_OF_DRAWING = actionWords(true);

const LETTER_OR_DIGIT = /^[\p{L}\d]$/u;

/**
 * Why no class can have this key of its own; null where one can. Other signs lie elsewhere on every keyboard. `drawing`:
 * in a project whose annotations have shapes, where more keys are taken.
 */
export const keyRefusal = (key: string, drawing = false): string | null => {
  if (!LETTER_OR_DIGIT.test(key)) return `${key} is neither a letter nor a digit.`;
  const action = (drawing ? WORDS_OF_DRAWING : WORDS_OF_IMAGES).get(key.toUpperCase());
  return action === undefined ? null : `${key.toUpperCase()} is ${action}.`;
};

/** The chord of each class that has one. A class answers to its own key; the others take the free digits in order. */
export const classChords = (all: readonly KeyedClass[], drawing = false): ReadonlyMap<number, Chord> => {
  const takers = new Map<Chord, number>();
  for (const { id, key } of all) {
    const chord = key?.toUpperCase();
    if (chord !== undefined && keyRefusal(chord, drawing) === null && !takers.has(chord))
      takers.set(chord, id);
  }
  const chords = new Map([...takers].map(([chord, id]) => [id, chord]));
  const free = FREE_CHORDS.filter((chord) => !takers.has(chord));
  const without = all.filter(({ id }) => !chords.has(id));
  free.forEach((chord, at) => {
    const taker = without[at];
    if (taker !== undefined) chords.set(taker.id, chord);
  });
  return chords;
};

/** The chord as a button shows it. */
export const shortChord = (chord: Chord): string => chord.replace("Shift+", "⇧");

/** The key of every class that has one, as its button shows it. */
export const classHints = (all: readonly KeyedClass[], drawing = false): ReadonlyMap<number, string> =>
  new Map([...classChords(all, drawing)].map(([id, chord]) => [id, shortChord(chord)]));

/** What each chord of a class does. */
export const classHandlers = <C extends KeyedClass>(
  all: readonly C[],
  give: (chosen: C, event: KeyboardEvent) => void,
  drawing = false,
): ReadonlyMap<Chord, (event: KeyboardEvent) => void> => {
  const chords = classChords(all, drawing);
  return new Map(
    all.flatMap((each) => {
      const chord = chords.get(each.id);
      return chord === undefined ? [] : [[chord, (event: KeyboardEvent) => give(each, event)] as const];
    }),
  );
};

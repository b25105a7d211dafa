/** A chord is a key with its modifiers in one spelling: "Ctrl+Shift+Z", "A", "?", "Shift+1", "Space". */
export type Chord = string;

export interface KeyPress {
  key: string;
  /** The place of the key on the board; tells Shift+1 from "!" on any layout. */
  code: string;
  ctrlKey: boolean;
  metaKey: boolean;
  altKey: boolean;
  shiftKey: boolean;
}

const NAMES: Record<string, string> = {
  " ": "Space",
  ArrowLeft: "Left",
  ArrowRight: "Right",
  ArrowUp: "Up",
  ArrowDown: "Down",
  Escape: "Esc",
};

/** The chord of a key press. Command counts as Ctrl; Shift is part of a character that needs it ("?"). */
export const chordOf = (press: KeyPress): Chord => {
  const digit = /^(?:Digit|Numpad)(\d)$/.exec(press.code)?.[1];
  const letter = press.key.length === 1;
  const name = digit ?? NAMES[press.key] ?? (letter ? press.key.toUpperCase() : press.key);
  const isLetter = /^\p{L}$/u.test(name);
  const shift = press.shiftKey && (digit !== undefined || isLetter || !letter || press.key === " ");
  return [
    press.ctrlKey || press.metaKey ? "Ctrl" : null,
    press.altKey ? "Alt" : null,
    shift ? "Shift" : null,
    name,
  ]
    .filter((part) => part !== null)
    .join("+");
};

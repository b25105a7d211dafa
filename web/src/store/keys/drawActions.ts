/** Keys of the editor of shapes. A tool or an answer that the task does not have does nothing. */

/** What a key does in the editor: words and keys; those of reviewing where they differ. */
const WORDS = {
  next: ["Next image", ["D"]],
  previous: ["Previous image", ["A"]],
  right: ["Next image, or nudge what is selected", ["Right"]],
  left: ["Previous image, or nudge what is selected", ["Left"]],
  up: ["Nudge what is selected", ["Up"]],
  down: ["Nudge what is selected down", ["Down"]],
  "right-10": ["Nudge by 10 px", ["Shift+Right"]],
  "left-10": ["Nudge left by 10 px", ["Shift+Left"]],
  "up-10": ["Nudge up by 10 px", ["Shift+Up"]],
  "down-10": ["Nudge down by 10 px", ["Shift+Down"]],
  accept: [
    "End the shape; accept what is selected; else accept all proposals that are shown and go on",
    ["Enter"],
  ],
  finish: ["The image is finished as it is drawn; go on", ["Ctrl+Enter"]],
  reject: ["Reject the proposals that are selected, or all that are shown", ["X"]],
  skip: ["Skip and go on", ["S"]],
  unclear: ["Mark as unclear and go on", ["U"]],
  reopen: ["Open again what was finished, skipped or unclear", ["O"]],
  delete: ["Delete what is selected", ["Delete"]],
  back: ["Take back the last point; else delete what is selected", ["Backspace"]],
  cancel: ["Drop what is begun, or the selection", ["Esc"]],
  select: ["Select", ["V"]],
  pan: ["Move the image (or hold Space and drag)", ["H"]],
  box: ["Box", ["R"]],
  "rotated-box": ["Rotated box", ["Shift+R"]],
  polygon: ["Polygon", ["P"]],
  keypoints: ["Keypoints", ["K"]],
  "place-hidden": ["Place the next keypoint as hidden", ["I"]],
  brush: ["Brush", ["B"]],
  eraser: ["Eraser", ["E"]],
  segment: ["Click to segment", ["M"]],
  larger: ["Larger brush", ["]"]],
  smaller: ["Smaller brush", ["["]],
  "select-all": ["Select all", ["Ctrl+A"]],
  "next-shape": ["Next shape", ["Tab"]],
  "previous-shape": ["Previous shape", ["Shift+Tab"]],
  copy: ["Copy", ["Ctrl+C"]],
  paste: ["Paste", ["Ctrl+V"]],
  duplicate: ["Duplicate", ["Ctrl+D"]],
  hide: ["Hide or show what is selected", ["Alt+H"]],
  lock: ["Lock or unlock what is selected", ["Alt+L"]],
  peek: ["See the image alone while it is held", ["`"]],
  raise: ["On top of all others", ["Ctrl+]"]],
  lower: ["Below all others", ["Ctrl+["]],
  occluded: ["Occluded or not", ["Q"]],
  "zoom-in": ["Zoom in", ["Ctrl++", "Ctrl+="]],
  "zoom-out": ["Zoom out", ["Ctrl+-"]],
  fit: ["Fit the image", ["F"]],
  "one-to-one": ["Show at 100 %", ["Ctrl+0"]],
  "class-search": ["Choose a class by its name", ["C", "/"]],
} as const satisfies Record<string, readonly [string, readonly string[]]>;

export type DrawKey = keyof typeof WORDS;

const IN_REVIEW: Partial<Record<DrawKey, readonly string[]>> = {
  previous: [],
  accept: ["A", "Enter"],
  skip: ["Space", "S"],
  pan: ["H"],
};

interface DrawAction<S extends string> {
  scope: S;
  words: string;
  keys: readonly string[];
}

const inScope = <S extends "draw" | "draw-review">(
  scope: S,
  keysOf: (key: DrawKey) => readonly string[],
): Record<`${S}.${DrawKey}`, DrawAction<S>> =>
  Object.fromEntries(
    (Object.keys(WORDS) as DrawKey[]).map((key) => [
      `${scope}.${key}`,
      { scope, words: WORDS[key][0], keys: keysOf(key) },
    ]),
  ) as Record<`${S}.${DrawKey}`, DrawAction<S>>;

export const drawActions = {
  ...inScope("draw", (key) => WORDS[key][1]),
  ...inScope("draw-review", (key) => IN_REVIEW[key] ?? WORDS[key][1]),
};

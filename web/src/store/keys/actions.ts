/** Every action that a key can bring about. A screen adds its actions here, so that the help sheet shows them and the
 * conflict checker sees them. The keys of classes are a project's own: see classKeys.ts. */
import type { Chord } from "./chord";
import { drawActions } from "./drawActions";

/** Where keys hold. `global` holds everywhere; of the others one holds at a time, the screen that is shown. */
export const SCOPES = ["global", "map", "gallery", "annotate", "review", "draw", "draw-review"] as const;
export type Scope = (typeof SCOPES)[number];

/** Scopes of projects whose annotations have shapes, instead of those of whole images. */
export const DRAWING_SCOPES: readonly Scope[] = ["draw", "draw-review"];

export interface KeyAction {
  scope: Scope;
  /** What it does, as the help sheet says it. */
  words: string;
  keys: readonly Chord[];
}

export const SCOPE_TITLES: Record<Scope, string> = {
  global: "Everywhere",
  map: "Map",
  gallery: "Gallery",
  annotate: "Annotate",
  review: "Annotate: review",
  draw: "Draw",
  "draw-review": "Draw: review",
};

const named = {
  "global.undo": { scope: "global", words: "Undo", keys: ["Ctrl+Z"] },
  "global.redo": { scope: "global", words: "Redo", keys: ["Ctrl+Shift+Z", "Ctrl+Y"] },
  "global.palette": { scope: "global", words: "Search and commands", keys: ["Ctrl+K"] },
  "global.help": { scope: "global", words: "Keys", keys: ["?"] },
  "map.lasso": { scope: "map", words: "Lasso", keys: ["L"] },
  "map.rectangle": { scope: "map", words: "Rectangle", keys: ["R"] },
  "map.brush": { scope: "map", words: "Brush", keys: ["B"] },
  "map.pan": { scope: "map", words: "Move the map", keys: ["H", "V"] },
  "map.replace": { scope: "map", words: "Draw a new selection", keys: ["N"] },
  "map.add": { scope: "map", words: "Draw to add to the selection (or hold Shift)", keys: ["+", "="] },
  "map.subtract": { scope: "map", words: "Draw to take away from the selection (or hold Alt)", keys: ["-"] },
  "map.larger": { scope: "map", words: "Larger brush", keys: ["]"] },
  "map.smaller": { scope: "map", words: "Smaller brush", keys: ["["] },
  "map.zoom-in": { scope: "map", words: "Zoom in", keys: ["Ctrl++", "Ctrl+="] },
  "map.zoom-out": { scope: "map", words: "Zoom out", keys: ["Ctrl+-"] },
  "map.fit": { scope: "map", words: "Show the whole map", keys: ["F"] },
  "map.accept": { scope: "map", words: "Accept the proposals of the selection", keys: ["Enter"] },
  "map.reject": { scope: "map", words: "Reject the proposals of the selection", keys: ["X"] },
  "map.similar": { scope: "map", words: "Select similar images", keys: ["S"] },
  "map.clear": { scope: "map", words: "Drop the selection", keys: ["Esc"] },
  "map.unlabel": {
    scope: "map",
    words: "Take the labels of the selection away",
    keys: ["Delete", "Backspace"],
  },
  "map.skip": { scope: "map", words: "Skip the selection", keys: ["Space"] },
  "gallery.all": { scope: "gallery", words: "Select all that are shown", keys: ["Ctrl+A"] },
  "gallery.accept": { scope: "gallery", words: "Accept the proposals of the selection", keys: ["Enter"] },
  "gallery.reject": { scope: "gallery", words: "Reject the proposals of the selection", keys: ["X"] },
  "gallery.clear": { scope: "gallery", words: "Drop the selection", keys: ["Esc"] },
  "gallery.unlabel": {
    scope: "gallery",
    words: "Take the labels of the selection away",
    keys: ["Delete", "Backspace"],
  },
  "gallery.preview": { scope: "gallery", words: "Look at one image", keys: ["Space"] },
  "gallery.skip": { scope: "gallery", words: "Skip the selection", keys: ["S"] },
  "gallery.unclear": { scope: "gallery", words: "Mark the selection as unclear", keys: ["U"] },
  "gallery.reopen": { scope: "gallery", words: "Reopen what was skipped or unclear", keys: ["O"] },
  "gallery.similar": { scope: "gallery", words: "Show similar images first", keys: ["M"] },
  "gallery.refresh": { scope: "gallery", words: "Filter and sort again", keys: ["R"] },
  "gallery.search": { scope: "gallery", words: "Search in paths", keys: ["/"] },
  "gallery.class-search": { scope: "gallery", words: "Give a class by its name", keys: ["C"] },
  "annotate.next": { scope: "annotate", words: "Next image", keys: ["D", "Right"] },
  "annotate.previous": { scope: "annotate", words: "Previous image", keys: ["A", "Left"] },
  "annotate.accept": { scope: "annotate", words: "Accept the proposals and go on", keys: ["Enter"] },
  "annotate.reject": { scope: "annotate", words: "Reject the proposals", keys: ["X"] },
  "annotate.skip": { scope: "annotate", words: "Skip and go on", keys: ["Space"] },
  "annotate.unclear": { scope: "annotate", words: "Mark as unclear and go on", keys: ["U"] },
  "annotate.clear": { scope: "annotate", words: "Take the labels away", keys: ["Delete", "Backspace"] },
  "annotate.zoom-in": { scope: "annotate", words: "Zoom in", keys: ["Ctrl++", "Ctrl+="] },
  "annotate.zoom-out": { scope: "annotate", words: "Zoom out", keys: ["Ctrl+-"] },
  "annotate.fit": { scope: "annotate", words: "Fit the image", keys: ["F"] },
  "annotate.one-to-one": { scope: "annotate", words: "Show at 100 %", keys: ["Ctrl+0"] },
  "annotate.reopen": { scope: "annotate", words: "Reopen what was skipped or unclear", keys: ["O"] },
  "annotate.class-search": { scope: "annotate", words: "Give a class by its name", keys: ["C", "/"] },
  "review.accept": { scope: "review", words: "Accept the proposals and go on", keys: ["A", "Enter"] },
  "review.reject": { scope: "review", words: "Reject the proposals and go on", keys: ["X"] },
  "review.skip": { scope: "review", words: "Skip and go on", keys: ["Space"] },
  "review.unclear": { scope: "review", words: "Mark as unclear and go on", keys: ["U"] },
  "review.next": { scope: "review", words: "Next image", keys: ["D", "Right"] },
  "review.previous": { scope: "review", words: "Previous image", keys: ["Left"] },
  "review.clear": { scope: "review", words: "Take the labels away", keys: ["Delete", "Backspace"] },
  "review.zoom-in": { scope: "review", words: "Zoom in", keys: ["Ctrl++", "Ctrl+="] },
  "review.zoom-out": { scope: "review", words: "Zoom out", keys: ["Ctrl+-"] },
  "review.fit": { scope: "review", words: "Fit the image", keys: ["F"] },
  "review.one-to-one": { scope: "review", words: "Show at 100 %", keys: ["Ctrl+0"] },
  "review.reopen": { scope: "review", words: "Reopen what was skipped or unclear", keys: ["O"] },
  "review.class-search": { scope: "review", words: "Give a class by its name", keys: ["C", "/"] },
  ...drawActions,
} as const satisfies Record<string, KeyAction>;

export type ActionId = keyof typeof named;

export const ACTIONS: Readonly<Record<string, KeyAction>> = named;

/** What the editor is given, and what keys and buttons around it may ask of it. */
import type { Ref } from "react";

import type { Drawn, Edit, Offered } from "@/shapes/edit";
import type { Shape, Skeleton } from "@/shapes/shape";
import type { ProjectClass } from "@/store/classes";

export const TOOLS = [
  "select",
  "pan",
  "box",
  "rotated-box",
  "polygon",
  "brush",
  "eraser",
  "keypoints",
  "segment",
] as const;
export type Tool = (typeof TOOLS)[number];

export interface EditorPicture {
  /** The server's picture of the image, upright; it may be smaller than the image. */
  readonly url: string;
  /** A larger one, shown when somebody zooms in so far that it is worth it; null where there is none. */
  readonly largeUrl?: string | null;
  /** Of the upright image, in its own pixels. */
  readonly widthPx: number;
  readonly heightPx: number;
}

/** Asks for the mask or polygon that clicks mean; null where nothing is found. Clicks are pixels of the image. */
export type Segment = (
  clicks: readonly { readonly x: number; readonly y: number; readonly positive: boolean }[],
) => Promise<Shape | null>;

/** The editor is pure in these but for zoom, pan and what is not finished. Give it `key={imageId}`. */
export interface EditorProps {
  picture: EditorPicture;
  /** Picture of the image that comes next, to be ready. */
  nextUrl: string | null;
  drawn: readonly Drawn[];
  /** Open proposals, already filtered by confidence. */
  offered: readonly Offered[];
  /** With their skeletons; keypoints of a class without one are a single point. */
  classes: readonly ProjectClass[];
  /** Skeletons that take the place of those of the classes. */
  skeletons?: ReadonlyMap<number, Skeleton>;
  /** Class of what is drawn next. */
  classId: number | null;
  tools: readonly Tool[];
  tool: Tool;
  onTool: (tool: Tool) => void;
  /** Keys of instances, and of proposals by `offeredKey`. */
  selected: ReadonlySet<string>;
  onSelect: (keys: ReadonlySet<string>) => void;
  hidden: ReadonlySet<string>;
  locked: ReadonlySet<string>;
  /** While true, the picture is shown without anything on it. */
  peek: boolean;
  /** A finished gesture, and what it did in words ("1 box drawn"). */
  onEdit: (edit: Edit, words: string) => void;
  /** Something was about to be drawn and no class is chosen. */
  onNeedClass: () => void;
  /** For the tool "segment"; without it, that tool does nothing. */
  segment?: Segment;
  /** The pixels are on the screen, or are known not to come (then false). */
  onPicture?: (shown: boolean) => void;
  handle?: Ref<EditorHandle>;
}

/**
 * What keys and buttons may ask. Those that return a boolean say whether there was something to do, so that a key can
 * mean something else otherwise: Enter is `finish() || acceptSelected() || <accept all and go on>`, Backspace is
 * `undoVertex() || deleteSelected()`, Esc is `cancel()`.
 */
export interface EditorHandle {
  /** A polygon, keypoints or the like is begun and not finished, or a drag is under way. */
  isDrawing: () => boolean;
  /** Tells `onEdit` at once what still waits (nudges). Call it before going to another image; unmounting does it too. */
  flush: () => void;
  /** Closes a polygon, ends keypoints with the rest absent, keeps what was segmented. */
  finish: () => boolean;
  /** Drops what is not finished, else the selection. */
  cancel: () => boolean;
  /** Takes the last vertex, point or click back while drawing. */
  undoVertex: () => boolean;
  /** While keypoints are placed: puts the next one where the pointer is, as hidden. Else: the point under the pointer is hidden or visible again. */
  placeHidden: () => boolean;
  /** Deletes the selected instances and rejects the selected proposals; locked ones stay. */
  deleteSelected: () => boolean;
  /** Accepts the selected proposals. */
  acceptSelected: () => boolean;
  /** Rejects the selected proposals. */
  rejectSelected: () => boolean;
  /** Gives the selected another class; a proposal that is given another class becomes a correction. */
  giveClass: (classId: number) => boolean;
  /** Selects the next (1) or previous (-1) shape, and brings it into view. */
  nextShape: (step: 1 | -1) => boolean;
  selectAll: () => void;
  /** Moves the selected by image pixels. Nudges that follow each other closely become one edit. */
  nudge: (dx: number, dy: number) => boolean;
  /** Number of shapes copied. The copies outlive the image. */
  copy: () => number;
  /** Pastes what was copied: a little aside in the same image, at the same place in another. */
  paste: () => boolean;
  duplicate: () => boolean;
  /** On top of all others (1) or below them (-1). */
  raise: (direction: 1 | -1) => boolean;
  /** Radius of brush and eraser: larger (1) or smaller (-1). */
  resizeBrush: (direction: 1 | -1) => void;
  /** Zooms by a factor at the pointer, or at the middle when it is elsewhere. */
  zoom: (factor: number) => void;
  fit: () => void;
  /** One image pixel on one screen pixel. */
  oneToOne: () => void;
  /** Brings a shape into view, as a list beside does for what is chosen in it. */
  reveal: (key: string) => void;
  /** Puts the keyboard focus on the drawing. */
  focus: () => void;
}

/** What a gesture of the editor means for the instances of one image. */
import type { Shape, Traits } from "./shape";

/** An instance as it is shown. */
export interface Drawn {
  /** "17" for number 17, "new:<uuid>" before the server has answered. */
  readonly key: string;
  readonly classId: number;
  readonly shape: Shape;
  readonly traits: Traits;
  /** The model whose proposal it was. */
  readonly acceptedFrom: number | null;
}

/** An open proposal as it is shown. */
export interface Offered {
  readonly id: number;
  readonly classId: number;
  readonly modelId: number;
  /** 0 to 1. */
  readonly confidence: number;
  readonly shape: Shape;
}

export interface NewShape {
  readonly key: string;
  readonly classId: number;
  readonly shape: Shape;
  readonly traits: Traits;
  /** The proposal that it is a correction of. */
  readonly corrects?: number;
}

export interface ChangedShape {
  readonly key: string;
  readonly classId: number;
  readonly shape: Shape;
  readonly traits: Traits;
}

/** One gesture: everything in it happens and is taken back together. */
export interface Edit {
  readonly new: readonly NewShape[];
  readonly changed: readonly ChangedShape[];
  readonly removed: readonly string[];
  readonly accepted: readonly number[];
  readonly rejected: readonly number[];
  readonly finished?: boolean;
}

/** An edit that does nothing: `{ ...NO_EDIT, removed: ["17"] }` says the rest. */
export const NO_EDIT: Edit = { new: [], changed: [], removed: [], accepted: [], rejected: [] };

export const newKey = (): string => `new:${crypto.randomUUID()}`;

/** A proposal among the keys of a selection. */
export const offeredKey = (id: number): string => `offered:${id}`;

/** The number of the proposal that a key of a selection means; null for an instance. */
export const offeredId = (key: string): number | null =>
  key.startsWith("offered:") ? Number(key.slice("offered:".length)) : null;

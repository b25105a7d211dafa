/** Which images a screen shows. Lives in the address, so that a view can be kept and sent. */

export const STATES = ["new", "proposed", "labelled", "skipped", "unclear", "draft"] as const;
export type ImageState = (typeof STATES)[number];

export const SPLITS = [null, "train", "test"] as const;
export type Split = "train" | "test";

/** Every condition that is set must hold, as in the server's list of images. */
export interface ImageFilter {
  state?: ImageState;
  class_id?: number;
  proposed_class_id?: number;
  model_id?: number;
  min_confidence?: number;
  max_confidence?: number;
  folder?: string;
  split?: Split;
  path_contains?: string;
  suspicious?: boolean;
}

const wholeNumber = (value: unknown): number | undefined => {
  const number = Number(value);
  return value !== "" && value !== null && value !== undefined && Number.isSafeInteger(number) && number >= 0
    ? number
    : undefined;
};

const share = (value: unknown): number | undefined => {
  const number = typeof value === "number" || typeof value === "string" ? Number(value) : NaN;
  return value !== "" && number >= 0 && number <= 1 ? number : undefined;
};

/** Router parses numbers out of the address, so text that looks like one comes as one. */
const text = (value: unknown): string | undefined =>
  typeof value === "string" ? value : typeof value === "number" ? String(value) : undefined;

const oneOf = <T extends string>(allowed: readonly (T | null)[], value: unknown): T | undefined =>
  allowed.find((each): each is T => each !== null && each === value);

const dropUnset = <T extends object>(values: { [K in keyof T]: T[K] | undefined }): T =>
  Object.fromEntries(Object.entries(values).filter(([, value]) => value !== undefined)) as T;

/** The filter in an address; what cannot be read is left out rather than breaking the screen. */
export const readFilter = (search: Record<string, unknown>): ImageFilter =>
  dropUnset<Required<ImageFilter>>({
    state: oneOf(STATES, search.state),
    class_id: wholeNumber(search.class_id),
    proposed_class_id: wholeNumber(search.proposed_class_id),
    model_id: wholeNumber(search.model_id),
    min_confidence: share(search.min_confidence),
    max_confidence: share(search.max_confidence),
    folder: text(search.folder),
    split: oneOf(SPLITS, search.split),
    path_contains: text(search.path_contains),
    suspicious: search.suspicious === true || search.suspicious === "true" ? true : undefined,
  });

export const isFiltered = (filter: ImageFilter): boolean => Object.keys(filter).length > 0;

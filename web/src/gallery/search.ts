/** What the gallery shows, as it stands in the address: filter, order, size of the pictures. */
import { readFilter, type ImageFilter } from "@/store/filters";

export const SORTS = ["id", "queue", "confidence", "similar"] as const;
export type Sort = (typeof SORTS)[number];

export const SMALLEST = 64;
export const LARGEST = 320;
export const USUAL_SIZE = 160;

export interface GalleryView {
  filter: ImageFilter;
  sort: Sort;
  /** The image that others are compared with; set exactly when the order is by likeness. */
  to: number | null;
  /** Wanted side of a picture, CSS pixels. */
  size: number;
}

const whole = (value: unknown): number | null => {
  const number = Number(value);
  return value !== undefined && value !== "" && Number.isSafeInteger(number) && number >= 0 ? number : null;
};

/** The view in an address; what cannot be read falls back to the usual rather than breaking the screen. */
export const readView = (search: Record<string, unknown>): GalleryView => {
  const to = whole(search.to);
  const wanted = SORTS.find((each) => each === search.sort) ?? "id";
  const sort = wanted === "similar" && to === null ? "id" : wanted;
  const size = Math.min(Math.max(whole(search.size) ?? USUAL_SIZE, SMALLEST), LARGEST);
  return { filter: readFilter(search), sort, to: sort === "similar" ? to : null, size };
};

/** The shortest address of a view: what is as usual is left out. */
export const writeView = (view: GalleryView): Search => ({
  ...view.filter,
  ...(view.sort === "id" ? {} : { sort: view.sort }),
  ...(view.to === null ? {} : { to: view.to }),
  ...(view.size === USUAL_SIZE ? {} : { size: view.size }),
});

/** What the router keeps of an address: the shortest form of the view in it. */
export type Search = ImageFilter & { sort?: Sort; to?: number; size?: number };

export const readSearch = (search: Record<string, unknown>): Search => writeView(readView(search));

/** The filter with some conditions set or, where undefined, taken away. */
export const changedFilter = (
  filter: ImageFilter,
  change: { [K in keyof ImageFilter]?: ImageFilter[K] | undefined },
): ImageFilter =>
  Object.fromEntries(
    Object.entries({ ...filter, ...change }).filter(([, value]) => value !== undefined && value !== ""),
  );

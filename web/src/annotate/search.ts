/** What annotating shows, as it stands in the address. */
import { readFilter, type ImageFilter } from "@/store/filters";

export const ORDERS = ["both", "variety", "hard", "random"] as const;
export type Order = (typeof ORDERS)[number];

export type Search = ImageFilter & {
  /** Only proposals are looked at, with the keys of reviewing. */
  review?: true;
  order?: Exclude<Order, "both">;
  /** The image to begin with. */
  image?: number;
};

export const readSearch = (search: Record<string, unknown>): Search => {
  const order = ORDERS.find((each) => each === search.order);
  const image = Number(search.image);
  return {
    ...readFilter(search),
    ...(search.review === true || search.review === "true" ? { review: true } : {}),
    ...(order === undefined || order === "both" ? {} : { order }),
    ...(search.image !== undefined && Number.isSafeInteger(image) && image > 0 ? { image } : {}),
  };
};

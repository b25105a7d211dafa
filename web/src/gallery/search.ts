import { readFilter, type ImageFilter } from "@/store/filters";

/** What the address of this screen holds. */
export type Search = ImageFilter;

export const readSearch = (search: Record<string, unknown>): Search => readFilter(search);

/** Another order of a list. */

/** The list with the item at `from` in place `to` of the result. */
export const moved = <T>(items: readonly T[], from: number, to: number): T[] => {
  const left = items.filter((_, at) => at !== from);
  const item = items[from];
  return item === undefined ? [...items] : [...left.slice(0, to), item, ...left.slice(to)];
};

/** Where an item goes that is held with its middle at `middle` pixels of a list whose rows are `row` pixels high. */
export const placeAt = (middle: number, row: number, count: number): number =>
  Math.min(Math.max(Math.floor(middle / row), 0), count - 1);

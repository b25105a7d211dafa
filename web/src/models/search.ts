/** What the models screen's address holds: which model or run is shown, what it is compared with, the open dialog. */
export interface Search {
  model?: number;
  run?: number;
  /** The model that the shown one is compared with. */
  with?: number;
  new?: true;
  /** A model from a file. */
  add?: true;
}

const number = (value: unknown): number | undefined => {
  const read = Number(value);
  return Number.isSafeInteger(read) && read > 0 ? read : undefined;
};

export const readSearch = (search: Record<string, unknown>): Search => {
  const model = number(search.model);
  const run = number(search.run);
  const other = number(search.with);
  return {
    ...(model === undefined ? {} : { model }),
    ...(run === undefined ? {} : { run }),
    ...(other === undefined ? {} : { with: other }),
    ...(search.new === true || search.new === "true" ? { new: true } : {}),
    ...(search.add === true || search.add === "true" ? { add: true } : {}),
  };
};

import { COLOURINGS, type Colouring } from "./painting";

/** What the address of this screen holds: the round, one beside it, and what colours say. */
export interface Search {
  colour?: Colouring;
  round?: number;
  beside?: number;
}

const wholeNumber = (value: unknown): number | undefined =>
  typeof value === "number" && Number.isSafeInteger(value) && value > 0 ? value : undefined;

export const readSearch = (search: Record<string, unknown>): Search => {
  const colour = COLOURINGS.find((each) => each === search.colour);
  const [round, beside] = [wholeNumber(search.round), wholeNumber(search.beside)];
  return {
    ...(colour === undefined ? {} : { colour }),
    ...(round === undefined ? {} : { round }),
    ...(beside === undefined ? {} : { beside }),
  };
};

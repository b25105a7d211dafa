/** Names of classes out of a pasted list. */

export interface Pasted {
  /** To be added, each once, in their order. */
  names: readonly string[];
  /** Already there. */
  known: readonly string[];
  /** Too long for the server. */
  tooLong: readonly string[];
}

/** The server takes names of at most so many characters. */
export const LONGEST = 200;

/** One name per line; a single line may also be cut by commas, semicolons or tabs. */
const split = (text: string): string[] => {
  const lines = text.split(/\r?\n/).filter((line) => line.trim() !== "");
  const parts = lines.length === 1 ? (lines[0] ?? "").split(/[,;\t]/) : lines;
  return parts.map((each) => each.trim()).filter((each) => each !== "");
};

export const readPasted = (text: string, there: readonly string[]): Pasted => {
  const given = [...new Set(split(text))];
  const taken = new Set(there);
  const fresh = given.filter((each) => !taken.has(each));
  return {
    names: fresh.filter((each) => each.length <= LONGEST),
    known: given.filter((each) => taken.has(each)),
    tooLong: fresh.filter((each) => each.length > LONGEST),
  };
};

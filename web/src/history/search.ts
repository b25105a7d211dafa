/** What the history's address holds: the cause that is looked at. */
import type { Cause } from "@/store/history";

export interface Search {
  cause?: Cause;
}

export const CAUSES = [
  "hand",
  "lasso",
  "accept",
  "import",
  "model-run",
  "split",
  "classes",
  "audit",
  "revert",
] as const satisfies Cause[];

export const readSearch = (search: Record<string, unknown>): Search => {
  const cause = CAUSES.find((each) => each === search.cause);
  return cause === undefined ? {} : { cause };
};

/** Short messages in the top bar. What a person must act on belongs into a dialog or a banner instead. */
import { tell } from "./messages";

const STAYS_MS = 4000;

/** Long enough to read what was done and to reach the button. */
const UNDO_STAYS_MS = 10_000;

/** Says that something was done. A message with the same `about` replaces the one before. */
export const say = (message: string, about?: string): void =>
  tell({
    kind: "done",
    words: message,
    remedy: "",
    about: about ?? null,
    undo: null,
    staysMs: STAYS_MS,
  });

/** Says that something was done, with a button that takes it back. A message with the same `about` replaces it. */
export const sayWithUndo = (message: string, about: string, undo: () => void): void =>
  tell({ kind: "done", words: message, remedy: "", about, undo, staysMs: UNDO_STAYS_MS });

/** Says what went wrong and what to do; stays until it is closed. */
export const sayProblem = (problem: unknown): void => {
  const { message, remedy } = worded(problem);
  tell({ kind: "problem", words: message, remedy: remedy ?? "", about: null, undo: null, staysMs: null });
};

const worded = (problem: unknown): { message: string; remedy: string | null } => {
  if (typeof problem !== "object" || problem === null || !("message" in problem)) {
    return { message: String(problem), remedy: null };
  }
  const remedy = "remedy" in problem && typeof problem.remedy === "string" ? problem.remedy : null;
  return { message: String(problem.message), remedy };
};

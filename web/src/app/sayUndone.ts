import type { Gesture } from "@/store/gesture";
import { say, sayProblem } from "@/ui/toasts";

/** Says what an undo took back; the gesture itself is shown at once. */
export const sayUndone = (
  performed: Promise<Gesture> | null,
  verb: "Undone" | "Done again",
  words?: string,
): void => {
  if (performed === null) return;
  say(words === undefined ? verb : `${verb}: ${words}`, "undo");
  performed.catch(sayProblem);
};

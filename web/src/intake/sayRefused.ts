import { countOf } from "@/ui/words";
import { sayProblem } from "@/ui/toasts";

const SHOWN = 3;

/** Says which files were left out of an upload, and why. */
export const sayRefused = (refused: readonly { path: string; reason: string }[]): void => {
  if (refused.length === 0) return;
  const some = refused.slice(0, SHOWN).map(({ path, reason }) => `${path}: ${reason}`);
  const more = refused.length > SHOWN ? `and ${refused.length - SHOWN} more` : "";
  sayProblem({
    message: `${countOf(refused.length, "file")} left out, the others were taken`,
    remedy: [...some, more].join(" ").trim(),
  });
};

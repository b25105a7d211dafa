import { useEffect } from "react";

import { useSession } from "@/store/hooks";
import { say, sayProblem } from "@/ui/toasts";

/** Says when a job that ran while this page was open is over, and how. */
export const JobToasts = () => {
  const { events } = useSession();
  useEffect(() => {
    const running = new Set<number>();
    return events.listen((event) => {
      if (event.name !== "job") return;
      const { number, state, title, reason } = event.data;
      if (state === "running") {
        running.add(number);
        return;
      }
      if (!running.delete(number)) return;
      if (state === "finished") say(`Finished: ${title}`);
      if (state === "failed") sayProblem({ message: `Failed: ${title}`, remedy: reason });
    });
  }, [events]);
  return null;
};

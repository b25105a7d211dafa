import { useEffect } from "react";

import { useSession } from "@/store/hooks";
import { sayProblem } from "@/ui/toasts";

/** Says when the server will not do a change, which is then no longer shown. */
export const RefusedToasts = () => {
  const { journal, tab } = useSession();
  useEffect(
    () =>
      journal.listen(({ kind, gesture }) => {
        if (kind !== "refused" || gesture.tab !== tab) return;
        const { message = "", remedy = null } = gesture.problem ?? {};
        sayProblem({ message: `Not done: ${gesture.words}`, remedy: [message, remedy].join(" ").trim() });
      }),
    [journal, tab],
  );
  return null;
};

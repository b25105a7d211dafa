import { useInfiniteQuery, useQueryClient } from "@tanstack/react-query";
import { useEffect, useMemo } from "react";

import { fetchNewest, historyQuery, withNewest, type Cause, type Operation } from "@/store/history";
import { useProject, useSession } from "@/store/hooks";

/** Several operations within this time are fetched together. */
const GATHER_MS = 300;

/** The history as far as it was scrolled, kept up to date on top. */
export const useHistory = (cause: Cause | null) => {
  const { id } = useProject();
  const { events } = useSession();
  const queries = useQueryClient();
  const query = historyQuery(id, cause);
  const history = useInfiniteQuery(query);
  useEffect(() => {
    const { queryKey } = historyQuery(id, cause);
    const again = () => void queries.invalidateQueries({ queryKey });
    const update = async () => {
      const known = queries.getQueryData(queryKey);
      // What takes back an operation of one cause is of another, so that the newest of this one do not tell it.
      const fresh = known && cause === null ? withNewest(known, await fetchNewest(id, null)) : null;
      if (fresh === null) again();
      else queries.setQueryData(queryKey, fresh);
    };
    let timer: ReturnType<typeof setTimeout> | undefined;
    const stop = events.listen(({ name, data }) => {
      if (name !== "operation" || data.project_id !== id) return;
      timer ??= setTimeout(() => {
        timer = undefined;
        update().catch(again);
      }, GATHER_MS);
    });
    return () => {
      clearTimeout(timer);
      stop();
    };
  }, [events, queries, id, cause]);
  const pages = history.data?.pages;
  const operations = useMemo<readonly Operation[]>(
    () => pages?.flatMap((page) => page.operations) ?? [],
    [pages],
  );
  return { ...history, operations };
};

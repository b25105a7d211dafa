import { useQueryClient, type QueryClient } from "@tanstack/react-query";
import { useEffect, useState } from "react";

import { isFiltered, readFilter } from "@/store/filters";
import { useProject } from "@/store/hooks";
import { fetchQueue, orderQuery, type WantedOrder } from "@/store/images";

import type { Search } from "./search";
import { SittingStore, type Source } from "./sittingStore";

/** Where the images of a sitting come from: the queue, or the images that fit a filter. */
const sourceOf = (projectId: number, search: Search, queries: QueryClient): Source => {
  const filter = readFilter({ ...search });
  if (!search.review && !isFiltered(filter)) {
    return async (count) => (await fetchQueue(projectId, count, search.order ?? "both")).cards;
  }
  const wanted: WantedOrder = search.review
    ? { filter: { ...filter, state: "proposed" }, sort: "confidence", to: null }
    : { filter, sort: "queue", to: null };
  const reason = search.review === true ? "proposed" : null;
  const explanation = search.review === true ? "The model proposes it; least sure ones come first." : null;
  return async (count) => {
    const ids = await queries.query({ ...orderQuery(projectId, wanted), staleTime: 0 });
    return [...ids.subarray(0, count)].map((image_id) => ({ image_id, reason, explanation }));
  };
};

/** The sitting for what the address asks; another address begins another sitting. */
export const useSittingStore = (search: Search): SittingStore => {
  const project = useProject();
  const queries = useQueryClient();
  const [store] = useState(() => new SittingStore(sourceOf(project.id, search, queries)));
  useEffect(() => {
    void store.fill().then(() => {
      if (search.image !== undefined) store.moveTo(search.image);
    });
    // The screen is made anew for another address, so that this runs once.
    // eslint-disable-next-line react-hooks/exhaustive-deps
  }, [store]);
  return store;
};

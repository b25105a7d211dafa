/** Points of rounds as layouts, made once per answer. */
import { useQuery } from "@tanstack/react-query";
import { useMemo } from "react";

import { previewQuery, roundPointsQuery, type MapPoints } from "@/store/mapRounds";

import { layoutOf, type Layout } from "./layout";

const useLayout = (round: number | null, points: MapPoints | undefined): Layout | null =>
  useMemo(
    () => (points === undefined ? null : layoutOf(round, points.imageIds, points.xy, points.islands)),
    [round, points],
  );

/** The layout of a round; while it is on its way the one before stays, so that the map never goes blank. */
export const useRoundLayout = (projectId: number, round: number | null) => {
  const { data, error, refetch } = useQuery({
    ...roundPointsQuery(projectId, round ?? 0),
    enabled: round !== null,
    select: (points) => ({ round, points }),
    placeholderData: (before) => before,
  });
  return { layout: useLayout(data?.round ?? null, data?.points), error, refetch };
};

export const usePreviewLayout = (projectId: number, backbone: string | null) => {
  const { data, error, refetch, isFetching } = useQuery(previewQuery(projectId, backbone));
  return { layout: useLayout(null, data), error, refetch, isFetching };
};

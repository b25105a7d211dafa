/** Points of rounds as layouts, made once per answer. */
import { useQuery } from "@tanstack/react-query";
import { useMemo } from "react";

import { previewQuery, roundPointsQuery, type MapPoints } from "@/store/mapRounds";

import { layoutOf, type Layout } from "./layout";

const useLayout = (points: MapPoints | undefined): Layout | null =>
  useMemo(
    () => (points === undefined ? null : layoutOf(points.round, points.imageIds, points.xy, points.islands)),
    [points],
  );

/** One function for good: an answer must be the same at every render, or the screen is drawn for ever. */
const asBefore = (before: MapPoints | undefined): MapPoints | undefined => before;

/** The layout of a round; while it is on its way the one before stays, so that the map never goes blank. */
export const useRoundLayout = (projectId: number, round: number | null) => {
  const { data, error, refetch } = useQuery({
    ...roundPointsQuery(projectId, round ?? 0),
    enabled: round !== null,
    placeholderData: asBefore,
  });
  return { layout: useLayout(data), error, refetch };
};

export const usePreviewLayout = (projectId: number, backbone: string | null) => {
  const { data, error, refetch, isFetching } = useQuery(previewQuery(projectId, backbone));
  return { layout: useLayout(data), error, refetch, isFetching };
};

/** Questions about the rounds of a map. Keys of answers: ["project", id, "map", ...]; points: ["map-columns", ...]. */
import { queryOptions } from "@tanstack/react-query";

import {
  getBridges,
  getIslands,
  getRounds,
  getSimilar,
  postRound,
  postSelection,
  type NewRound,
} from "@/api/maps";
import { getColumns } from "@/api/operations";

import { decodeColumns } from "./columns";
import type { Selector } from "./selector";

export type { Bridge, IslandReport, MapRound, NewRound, OddOne } from "@/api/maps";

/** Points of a round, ascending by image. */
export interface MapPoints {
  /** The number of their round; null for a preview. */
  round: number | null;
  imageIds: Uint32Array;
  /** x0, y0, x1, y1, ... in map radii. */
  xy: Float32Array;
  /** Island of each, -1 for none. */
  islands: Int32Array;
}

const fetchPoints = async (round: number | null, path: string, signal: AbortSignal): Promise<MapPoints> => {
  const columns = decodeColumns(await getColumns(path, signal));
  const imageIds = Uint32Array.from(columns.ids("image_ids"));
  const islands = columns.has("islands")
    ? Int32Array.from(columns.numbers("islands"))
    : new Int32Array(imageIds.length).fill(-1);
  return { round, imageIds, xy: columns.get("xy", "float32"), islands };
};

export const roundsQuery = (projectId: number) =>
  queryOptions({ queryKey: ["project", projectId, "map", "rounds"], queryFn: () => getRounds(projectId) });

/** A round never changes. */
export const roundPointsQuery = (projectId: number, round: number) =>
  queryOptions({
    queryKey: ["map-columns", projectId, round],
    queryFn: ({ signal }) => fetchPoints(round, `/projects/${projectId}/map/rounds/${round}/columns`, signal),
    staleTime: Infinity,
    structuralSharing: false,
  });

/** The two main directions of an embedding: there at once, kept nowhere. */
export const previewQuery = (projectId: number, backbone: string | null) =>
  queryOptions({
    queryKey: ["map-preview", projectId, backbone],
    queryFn: ({ signal }) => {
      const asked = backbone === null ? "" : `?backbone=${encodeURIComponent(backbone)}`;
      return fetchPoints(null, `/projects/${projectId}/map/preview${asked}`, signal);
    },
    structuralSharing: false,
    retry: false,
  });

/** Islands by the labels and proposals of now, with their odd ones. */
export const islandsQuery = (projectId: number, round: number) =>
  queryOptions({
    queryKey: ["project", projectId, "map", "islands", round],
    queryFn: () => getIslands(projectId, round),
    placeholderData: (before) => before,
  });

export const bridgesQuery = (projectId: number, round: number) =>
  queryOptions({
    queryKey: ["project", projectId, "map", "bridges", round],
    queryFn: () => getBridges(projectId, round),
    placeholderData: (before) => before,
  });

/** Lays the images out again; embeds them first where the backbone has not seen them. Gives which of both began. */
export const startRound = async (projectId: number, asked: NewRound): Promise<"map" | "embed"> =>
  (await postRound(projectId, asked)).job.kind === "embed" ? "embed" : "map";

/** The images that a selector means, odd ones first. */
export const oddFirst = async (
  projectId: number,
  selector: Selector,
  signal: AbortSignal,
): Promise<Uint32Array> => Uint32Array.from((await postSelection(projectId, selector, signal)).image_ids);

/** Images whose vectors are nearest to one image's, the nearest first. */
export const fetchSimilar = async (projectId: number, imageId: number, count: number): Promise<number[]> =>
  (await getSimilar(projectId, imageId, count)).image_ids;

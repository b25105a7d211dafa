/** Questions about the images of a project and their classes. */
import { queryOptions } from "@tanstack/react-query";

import { getClasses, getModels, getQueue, postDryRun, postLookup, type ImageDetails } from "@/api/images";
import { getColumns } from "@/api/operations";

import { decodeColumns } from "./columns";
import type { ImageFilter } from "./filters";
import type { GestureBody } from "./gesture";
import { ImageBook } from "./imageBook";

export type { Card, ImageDetails, ImageProposal, ProjectClass } from "@/api/images";

export const classesQuery = (projectId: number) =>
  queryOptions({ queryKey: ["project", projectId, "classes"], queryFn: () => getClasses(projectId) });

export interface WantedOrder {
  filter: ImageFilter;
  sort: "id" | "queue" | "confidence" | "similar";
  /** The image that the others are compared with, for "similar". */
  to: number | null;
}

const orderPath = (projectId: number, { filter, sort, to }: WantedOrder): string => {
  const asked = Object.entries({ ...filter, sort, ...(to === null ? {} : { to }) });
  const query = new URLSearchParams(asked.map(([name, value]) => [name, String(value)]));
  return `/projects/${projectId}/images/columns?${query.toString()}`;
};

/**
 * The ids of the images that fit, in order. It stands still while images are labelled, so that none moves under the
 * pointer; asking again is the person's choice.
 */
export const orderQuery = (projectId: number, wanted: WantedOrder) =>
  queryOptions({
    queryKey: ["order", projectId, wanted],
    queryFn: async ({ signal }) => {
      const columns = decodeColumns(await getColumns(orderPath(projectId, wanted), signal));
      return Uint32Array.from(columns.ids("image_ids"));
    },
    staleTime: Infinity,
    gcTime: 60_000,
    structuralSharing: false,
  });

const books = new Map<number, ImageBook>();

/** The facts of a project's images; one book per project as long as the page lives. */
export const imageBook = (projectId: number): ImageBook => {
  const book =
    books.get(projectId) ??
    new ImageBook(async (ids, signal) => (await postLookup(projectId, ids, signal)).images);
  books.set(projectId, book);
  return book;
};

/** Everything about some images as the server has it now. */
export const fetchDetails = async (projectId: number, imageIds: number[]): Promise<readonly ImageDetails[]> =>
  (await postLookup(projectId, imageIds)).images;

export type QueueOrder = "variety" | "hard" | "both" | "random";

export const fetchQueue = (projectId: number, count: number, order: QueueOrder) =>
  getQueue(projectId, count, order);

/** How many images a change would touch. */
export const tryOut = (projectId: number, body: GestureBody) => postDryRun(projectId, body);

/** The models of a project by name, newest first. */
export const modelNamesQuery = (projectId: number) =>
  queryOptions({
    queryKey: ["project", projectId, "model-names"],
    queryFn: () => getModels(projectId),
  });

/** Everything about one image; refetched whenever something was changed. */
export const detailsQuery = (projectId: number, imageId: number) =>
  queryOptions({
    queryKey: ["project", projectId, "image", imageId],
    queryFn: async () => (await fetchDetails(projectId, [imageId]))[0] ?? null,
    enabled: imageId > 0,
  });

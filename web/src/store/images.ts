/** Questions about the images of a project and their classes. */
import { queryOptions } from "@tanstack/react-query";

import { client, unwrap, type Schemas } from "@/api/client";
import { getColumns } from "@/api/operations";

import { decodeColumns } from "./columns";
import type { ImageFilter } from "./filters";
import type { OnImagesBody } from "./gesture";
import { ImageBook } from "./imageBook";
import type { WireInstances } from "./instancesView";
import { PictureBook } from "./pictureBook";

export type Card = Schemas["Card"];
export type ImageDetails = Schemas["ImageDetails"];
/** What is shown of a proposal: the columns know its class and confidence before the details come. */
export type ImageProposal = Pick<Schemas["ImageProposal"], "class_id" | "confidence">;

const at = (projectId: number) => ({ path: { project_id: projectId } });

const lookUp = async (projectId: number, imageIds: number[], signal?: AbortSignal) =>
  (
    await unwrap(
      client.POST("/api/v1/projects/{project_id}/images/lookup", {
        params: at(projectId),
        body: { image_ids: imageIds },
        signal: signal ?? null,
      }),
    )
  ).images;

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

/** What is drawn in some images, and proposed for them. */
export const fetchInstances = async (
  projectId: number,
  imageIds: number[],
): Promise<readonly WireInstances[]> => {
  const body = { image_ids: imageIds };
  const found = await unwrap(
    client.POST("/api/v1/projects/{project_id}/instances/lookup", { params: at(projectId), body }),
  );
  // The generated client forgets that a point is two numbers.
  return found.images as unknown as readonly WireInstances[];
};

const books = new Map<number, ImageBook>();

/** The facts of a project's images; one book per project as long as the page lives. */
export const imageBook = (projectId: number): ImageBook => {
  const book = books.get(projectId) ?? new ImageBook((ids, signal) => lookUp(projectId, ids, signal));
  books.set(projectId, book);
  return book;
};

const seePictures = async (projectId: number, imageIds: number[], signal: AbortSignal) =>
  (
    await unwrap(
      client.POST("/api/v1/projects/{project_id}/images/thumbnails", {
        params: at(projectId),
        body: { image_ids: imageIds },
        signal,
      }),
    )
  ).thumbnails.map(({ id, webp }) => ({ id, url: `data:image/webp;base64,${webp}` }));

const pictureBooks = new Map<number, PictureBook>();

/** The small pictures of a project's images; one book per project as long as the page lives. */
export const pictureBook = (projectId: number): PictureBook => {
  const book =
    pictureBooks.get(projectId) ?? new PictureBook((ids, signal) => seePictures(projectId, ids, signal));
  pictureBooks.set(projectId, book);
  return book;
};

/** Everything about some images as the server has it now. */
export const fetchDetails = (projectId: number, imageIds: number[]): Promise<readonly ImageDetails[]> =>
  lookUp(projectId, imageIds);

export type QueueOrder = "variety" | "hard" | "both" | "random";

export const fetchQueue = (projectId: number, count: number, order: QueueOrder) =>
  unwrap(
    client.GET("/api/v1/projects/{project_id}/queue", {
      params: { ...at(projectId), query: { count, order } },
    }),
  );

/** How many images a change would touch. */
export const tryOut = (projectId: number, body: OnImagesBody) =>
  unwrap(
    client.POST("/api/v1/projects/{project_id}/operations", {
      params: at(projectId),
      body: { ...body, dry_run: true },
    }),
  );

/** Everything about one image; refetched whenever something was changed. */
export const detailsQuery = (projectId: number, imageId: number) =>
  queryOptions({
    queryKey: ["project", projectId, "image", imageId],
    queryFn: async () => (await fetchDetails(projectId, [imageId]))[0] ?? null,
    enabled: imageId > 0,
  });

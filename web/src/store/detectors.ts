/** Models that find shapes: a file becomes one, is tried on a few images, and proposes. */
import { queryOptions } from "@tanstack/react-query";

import { client, unwrap, type Schemas } from "@/api/client";
import { putFile } from "@/api/imports";
import type { Shape } from "@/shapes/shape";

import { Hasher } from "./hashing";
import type { Model } from "./models";

export type DetectorOffer = Schemas["DetectorOffer"];
export type DetectorFacts = Schemas["DetectorFacts"];
export type WantedUse = Schemas["WantedUse"];

/** Where the file is: on the server's machine, or sent already. */
export type DetectorFile = { source: string } | { upload_id: number };

/** What the user says of a file that tells it wrongly or not at all. */
export interface Said {
  input_px?: [number, number];
  class_names?: string[];
  changes?: { input: Record<string, string | boolean> };
}

export interface TrialShape {
  class_id: number;
  class_name: string;
  confidence: number;
  shape: Shape;
}

export interface TriedImage {
  image_id: number;
  width_px: number;
  height_px: number;
  shapes: readonly TrialShape[];
  known: number;
}

const at = (projectId: number) => ({ params: { path: { project_id: projectId } } });

const bodyOf = (file: DetectorFile, said: Said) => ({ changes: {}, ...file, ...said });

/** Sends one file from this computer. */
export const sendModelFile = async (file: File): Promise<DetectorFile> => {
  const hasher = new Hasher();
  try {
    const content_hash = await hasher.hash(file);
    const { id } = await unwrap(client.POST("/api/v1/uploads", { body: { name: file.name } }));
    await putFile(id, { content_hash, path: file.name }, file, new AbortController().signal);
    return { upload_id: id };
  } finally {
    hasher.close();
  }
};

/** What a file is and which of its classes the project has; nothing is added. */
export const offerQuery = (projectId: number, file: DetectorFile, said: Said) =>
  queryOptions({
    queryKey: ["detector-offer", projectId, file, said],
    queryFn: () =>
      unwrap(
        client.POST("/api/v1/projects/{project_id}/detectors/check", {
          ...at(projectId),
          body: bodyOf(file, said),
        }),
      ),
    retry: false,
    gcTime: 0,
  });

export const addDetector = (
  projectId: number,
  file: DetectorFile,
  said: Said,
  wanted: { name: string; classes: WantedUse[]; threshold: number },
): Promise<Model> =>
  unwrap(
    client.POST("/api/v1/projects/{project_id}/detectors", {
      ...at(projectId),
      body: { ...bodyOf(file, said), ...wanted },
    }),
  );

const TRIED = 12;

/** What a model would propose for a few images, among all that are unfinished where `imageIds` is null. */
export const tryShapes = async (
  projectId: number,
  modelId: number,
  imageIds: readonly number[] | null,
): Promise<readonly TriedImage[]> =>
  // The wire's shapes are those of `shapes/shape.ts`; the generated types only lack their literal sizes.
  (await unwrap(
    client.POST("/api/v1/projects/{project_id}/predictions/shapes", {
      ...at(projectId),
      body: {
        model_id: modelId,
        count: TRIED,
        seed: 0,
        ...(imageIds === null ? {} : { image_ids: [...imageIds] }),
      },
    }),
  )) as unknown as readonly TriedImage[];

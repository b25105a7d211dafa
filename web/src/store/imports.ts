/** Bringing images in: from a folder of the server's machine, by upload, or as the example. */
import { queryOptions } from "@tanstack/react-query";

import { client, unwrap, type Schemas } from "@/api/client";
import { putFile } from "@/api/imports";

import { nameOf, partsOf } from "./droppedFiles";
import { Hasher } from "./hashing";
import { Cell } from "./observable";
import { wait } from "./tabs";
import { Upload, type UploadFile } from "./upload";

export type Place = Schemas["Places"];
export type ImportPreview = Schemas["ImportPreview"];

/** Where images come from. */
export type ImageSource =
  | { kind: "folder"; path: string; labels: boolean; format: string | null }
  | { kind: "upload"; files: readonly UploadFile[]; labels: boolean; format: string | null };

export type ImagePreviewSource = Extract<ImageSource, { kind: "folder" }>;

/** `models`: ONNX files are named in place of data sets. */
export const placesQuery = (path: string | null, models = false) =>
  queryOptions({
    queryKey: ["places", path, models],
    queryFn: () =>
      unwrap(
        client.GET("/api/v1/places", { params: { query: path === null ? { models } : { path, models } } }),
      ),
    staleTime: 10_000,
  });

/** The number of the example's project, which fills while it is looked at. */
export const startDemo = async (): Promise<number> => (await unwrap(client.POST("/api/v1/demo"))).project.id;

const inProject = (projectId: number) => ({ params: { path: { project_id: projectId } } });

/** What an import from a folder would find; nothing is imported. */
export const previewQuery = (projectId: number, source: string, format: string | null) =>
  queryOptions({
    queryKey: ["import-preview", projectId, source, format],
    queryFn: () =>
      unwrap(
        client.POST("/api/v1/projects/{project_id}/imports/check", {
          ...inProject(projectId),
          body: { source, format },
        }),
      ),
  });

const startImport = (projectId: number, body: Schemas["NewImport"]) =>
  unwrap(client.POST("/api/v1/projects/{project_id}/imports", { ...inProject(projectId), body }));

/** The upload that goes on, on whatever screen. One at a time. */
export interface RunningUpload {
  projectId: number;
  name: string;
  upload: Upload;
}

export const runningUpload = new Cell<RunningUpload | null>(null);

/**
 * Brings images into a project. Resolves when the import has begun; files that the server did not take are given. A
 * second upload waits for nothing: the first one must be over or cancelled.
 */
export const bringImages = async (
  projectId: number,
  source: ImageSource,
): Promise<readonly { path: string; reason: string }[]> => {
  const { labels, format } = source;
  if (source.kind === "folder") {
    await startImport(projectId, { source: source.path, labels, format, embed: true });
    return [];
  }
  const refused: { path: string; reason: string }[] = [];
  for (const files of partsOf(source.files)) {
    const part = await sendPart(projectId, files);
    refused.push(...part.refused);
    if (part.uploadId !== null)
      await startImport(projectId, { upload_id: part.uploadId, labels, format, embed: true });
  }
  return refused;
};

/** Uploads files that are imported together. No number where none of them was taken, which the reasons tell. */
const sendPart = async (projectId: number, files: readonly UploadFile[]) => {
  const hasher = new Hasher();
  const upload = new Upload(files, {
    begin: async (folder) => (await unwrap(client.POST("/api/v1/uploads", { body: { name: folder } }))).id,
    offer: async (upload_id, offers) =>
      (
        await unwrap(
          client.POST("/api/v1/uploads/{upload_id}/missing", {
            params: { path: { upload_id } },
            body: { files: offers },
          }),
        )
      ).missing,
    send: putFile,
    hash: hasher.hash,
    wait,
  });
  const name = nameOf(files);
  runningUpload.set({ projectId, name, upload });
  try {
    const uploadId = await upload.run(name);
    const { done, refused } = upload.progress.get();
    return { uploadId: done > 0 ? uploadId : null, refused };
  } finally {
    hasher.close();
    runningUpload.set(null);
  }
};

/** Labels out: what a format would lose, an export as a job, the exports made earlier. */
import { queryOptions } from "@tanstack/react-query";

import { client, unwrap, type Schemas } from "@/api/client";

import type { Job } from "./jobs";

export type Format = Schemas["FormatFacts"];
export type ExportWish = Schemas["NewExport"];
export type LossReport = Schemas["LossReport"];
export type MadeExport = Schemas["Export"];

export const exportsQuery = (projectId: number) =>
  queryOptions({
    queryKey: ["project", projectId, "exports"],
    queryFn: () =>
      unwrap(
        client.GET("/api/v1/projects/{project_id}/exports", { params: { path: { project_id: projectId } } }),
      ),
  });

/** Exactly what an export would not hold; nothing is written. */
export const lossQuery = (projectId: number, wish: ExportWish) =>
  queryOptions({
    queryKey: ["project", projectId, "loss", wish],
    queryFn: ({ signal }) =>
      unwrap(
        client.POST("/api/v1/projects/{project_id}/exports/check", {
          params: { path: { project_id: projectId } },
          body: wish,
          signal,
        }),
      ),
  });

export const startExport = async (projectId: number, wish: ExportWish): Promise<Job> =>
  (
    await unwrap(
      client.POST("/api/v1/projects/{project_id}/exports", {
        params: { path: { project_id: projectId } },
        body: wish,
      }),
    )
  ).job;

/** Where the zip of an export is fetched from. */
export const downloadAddress = (projectId: number, job: number): string =>
  `/api/v1/projects/${projectId}/exports/${job}/download`;

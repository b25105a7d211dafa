/** Models and runs of a project. Keys of answers: ["project", id, "models" | "runs", ...]. */
import { queryOptions } from "@tanstack/react-query";

import { client, unwrap, type Schemas } from "@/api/client";

import type { Connection } from "./events";
import type { Job } from "./jobs";

export type Model = Schemas["Model"];
export type ModelDetails = Schemas["ModelDetails"];
export type ModelDuel = Schemas["ModelDuel"];
export type Differing = Schemas["Differing"];
export type Interval = Schemas["Interval"];
export type Quality = Schemas["Quality"];
export type ShapeQuality = Schemas["ShapeQuality"];
export type Run = Schemas["Run"];
export type RunDetails = Schemas["RunDetails"];
export type TrialAnswer = Schemas["TrialAnswer"];

const at = (projectId: number) => ({ project_id: projectId });

export const modelsQuery = (projectId: number) =>
  queryOptions({
    queryKey: ["project", projectId, "models"],
    queryFn: () =>
      unwrap(client.GET("/api/v1/projects/{project_id}/models", { params: { path: at(projectId) } })),
  });

export const modelQuery = (projectId: number, modelId: number) =>
  queryOptions({
    queryKey: ["project", projectId, "models", modelId],
    queryFn: () =>
      unwrap(
        client.GET("/api/v1/projects/{project_id}/models/{model_id}", {
          params: { path: { ...at(projectId), model_id: modelId } },
        }),
      ),
  });

/** What a person's answers say of a model's proposals. */
export const liveScoreQuery = (projectId: number, modelId: number) =>
  queryOptions({
    queryKey: ["project", projectId, "models", modelId, "score"],
    queryFn: () =>
      unwrap(
        client.GET("/api/v1/projects/{project_id}/models/{model_id}/score", {
          params: { path: { ...at(projectId), model_id: modelId } },
        }),
      ),
  });

export const duelQuery = (projectId: number, a: number, b: number) =>
  queryOptions({
    queryKey: ["project", projectId, "models", "compare", a, b],
    queryFn: () =>
      unwrap(
        client.GET("/api/v1/projects/{project_id}/models/compare", {
          params: { path: at(projectId), query: { a, b } },
        }),
      ),
  });

export const runsQuery = (projectId: number) =>
  queryOptions({
    queryKey: ["project", projectId, "runs"],
    queryFn: () =>
      unwrap(client.GET("/api/v1/projects/{project_id}/runs", { params: { path: at(projectId) } })),
  });

export const runQuery = (projectId: number, runId: number) =>
  queryOptions({
    queryKey: ["project", projectId, "runs", runId],
    queryFn: () =>
      unwrap(
        client.GET("/api/v1/projects/{project_id}/runs/{run_id}", {
          params: { path: { ...at(projectId), run_id: runId } },
        }),
      ),
  });

const ASK_MS = 2000;

/** How often to ask how a run goes: never while the server tells it by events, nor once it is over. */
export const askAgainMs = (connection: Connection, run: Run | undefined): number | false =>
  connection === "open" || (run !== undefined && isOver(run)) ? false : ASK_MS;

export const isOver = (run: Run): boolean => run.state !== "running" && run.state !== "waiting";

export const activateModel = (projectId: number, modelId: number): Promise<Model> =>
  unwrap(
    client.POST("/api/v1/projects/{project_id}/models/{model_id}/use", {
      params: { path: { ...at(projectId), model_id: modelId } },
    }),
  );

export const describeModel = (
  projectId: number,
  modelId: number,
  changes: { name?: string; description?: string },
): Promise<Model> =>
  unwrap(
    client.PATCH("/api/v1/projects/{project_id}/models/{model_id}", {
      params: { path: { ...at(projectId), model_id: modelId } },
      body: changes,
    }),
  );

export const deleteModel = async (projectId: number, modelId: number): Promise<void> => {
  await unwrap(
    client.DELETE("/api/v1/projects/{project_id}/models/{model_id}", {
      params: { path: { ...at(projectId), model_id: modelId } },
    }),
  );
};

/** How many images a dry run tells of. */
const TRIED = 12;

const postPrediction = (
  projectId: number,
  modelId: number,
  imageIds: readonly number[] | null,
  dryRun: boolean,
) =>
  unwrap(
    client.POST("/api/v1/projects/{project_id}/predictions", {
      params: { path: at(projectId) },
      body: {
        model_id: modelId,
        dry_run: dryRun,
        count: TRIED,
        seed: 0,
        ...(imageIds === null ? {} : { image_ids: [...imageIds] }),
      },
    }),
  );

/** What a model would say of a few images, chosen among all where `imageIds` is null; nothing is written. */
export const tryModel = async (
  projectId: number,
  modelId: number,
  imageIds: readonly number[] | null,
): Promise<readonly TrialAnswer[]> => {
  const answer = await postPrediction(projectId, modelId, imageIds, true);
  return Array.isArray(answer) ? answer : [];
};

/** Begins to propose classes, for all images where `imageIds` is null. */
export const startPredict = async (
  projectId: number,
  modelId: number,
  imageIds: readonly number[] | null,
): Promise<Job> => {
  const answer = await postPrediction(projectId, modelId, imageIds, false);
  return (answer as Schemas["JobStarted"]).job;
};

export const stopRun = (projectId: number, runId: number): Promise<RunDetails> =>
  unwrap(
    client.POST("/api/v1/projects/{project_id}/runs/{run_id}/stop", {
      params: { path: { ...at(projectId), run_id: runId } },
    }),
  );

export const resumeRun = async (projectId: number, runId: number): Promise<Job> =>
  (
    await unwrap(
      client.POST("/api/v1/projects/{project_id}/runs/{run_id}/resume", {
        params: { path: { ...at(projectId), run_id: runId } },
      }),
    )
  ).job;

/** Before a training: what may be chosen, what is advised, how long it will take. */
import { queryOptions } from "@tanstack/react-query";

import { client, unwrap, type Schemas } from "@/api/client";

export type TrainingSetting = Schemas["Setting"];
export type HeadKind = NonNullable<Schemas["NewRun"]["head"]>;
export type NewRun = Schemas["NewRun"];
export type Advice = Schemas["Advice"];
export type Estimate = Schemas["Estimate"];
export type BackboneComparison = Schemas["Comparison"];

export const trainingFormQuery = (projectId: number) =>
  queryOptions({
    queryKey: ["training-form", projectId],
    queryFn: () =>
      unwrap(
        client.GET("/api/v1/projects/{project_id}/training/settings", {
          params: { path: { project_id: projectId } },
        }),
      ),
    staleTime: Infinity,
  });

/** Measured on the images and labels of now; takes some seconds. */
export const fetchAdvice = (projectId: number): Promise<Advice> =>
  unwrap(
    client.POST("/api/v1/projects/{project_id}/training/advice", {
      params: { path: { project_id: projectId } },
    }),
  );

const askEstimate = (projectId: number, run: NewRun, probe: boolean) =>
  client.POST("/api/v1/projects/{project_id}/training/estimate", {
    params: { path: { project_id: projectId }, query: { probe } },
    body: run,
  });

/** From what was measured before; null where nothing was. */
export const estimateQuery = (projectId: number, run: NewRun) =>
  queryOptions({
    queryKey: ["training-estimate", projectId, run],
    queryFn: async () => (await askEstimate(projectId, run, false)).data ?? null,
    staleTime: 10_000,
  });

/** Times some steps of the training where nothing was measured before; takes some seconds. */
export const measureEstimate = (projectId: number, run: NewRun): Promise<Estimate | null> =>
  unwrap(askEstimate(projectId, run, true));

export const startRun = (projectId: number, run: NewRun): Promise<Schemas["RunStarted"]> =>
  unwrap(
    client.POST("/api/v1/projects/{project_id}/runs", {
      params: { path: { project_id: projectId } },
      body: run,
    }),
  );

/** How well each embedded backbone separates the labels so far. */
export const backboneComparisonQuery = (projectId: number) =>
  queryOptions({
    queryKey: ["project", projectId, "backbone-comparison"],
    queryFn: () =>
      unwrap(
        client.GET("/api/v1/projects/{project_id}/backbones/compare", {
          params: { path: { project_id: projectId } },
        }),
      ),
    retry: false,
  });

/** Where a project stands, as the server tells it. */
import { queryOptions } from "@tanstack/react-query";

import { client, unwrap, type Schemas } from "@/api/client";

export type Overview = Schemas["Overview"];
export type NextAction = Schemas["NextAction"];
export type ClassProgress = Schemas["ClassProgress"];
export type LearningCurve = Schemas["LearningCurve"];

const AGAIN_MS = 3000;

/** Asks again by itself while a newer learning curve is being computed. */
export const overviewQuery = (projectId: number) =>
  queryOptions({
    queryKey: ["project", projectId, "overview"],
    queryFn: () =>
      unwrap(
        client.GET("/api/v1/projects/{project_id}/overview", { params: { path: { project_id: projectId } } }),
      ),
    refetchInterval: ({ state }) => (state.data?.computing === true ? AGAIN_MS : false),
  });

/** Questions about projects. Keys of answers: ["projects"], ["project", id, ...what]. */
import { queryOptions } from "@tanstack/react-query";

import { client, unwrap, type Schemas } from "@/api/client";
import { getColumns } from "@/api/operations";

import { decodeColumns } from "./columns";
import { statesOf, type ImageStates } from "./imageStates";

export type Project = Schemas["ProjectCard"];

export const projectsQuery = () =>
  queryOptions({ queryKey: ["projects"], queryFn: () => unwrap(client.GET("/api/v1/projects")) });

export const projectQuery = (projectId: number) =>
  queryOptions({
    queryKey: ["project", projectId, "facts"],
    queryFn: () =>
      unwrap(client.GET("/api/v1/projects/{project_id}", { params: { path: { project_id: projectId } } })),
  });

export const fetchStates = async (projectId: number): Promise<ImageStates> =>
  statesOf(decodeColumns(await getColumns(`/projects/${projectId}/images/state`)));

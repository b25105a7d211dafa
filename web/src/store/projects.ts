/** Questions about projects. Keys of answers: ["projects"], ["project", id, ...what]. */
import { queryOptions } from "@tanstack/react-query";

import { client, unwrap, type Schemas } from "@/api/client";
import { getColumns } from "@/api/operations";

import { decodeColumns } from "./columns";
import { statesOf, type ImageStates } from "./imageStates";

export type Project = Schemas["ProjectCard"];

export const projectsQuery = () =>
  queryOptions({ queryKey: ["projects"], queryFn: () => unwrap(client.GET("/api/v1/projects")) });

export const fetchProject = (projectId: number) =>
  unwrap(client.GET("/api/v1/projects/{project_id}", { params: { path: { project_id: projectId } } }));

export const projectQuery = (projectId: number) =>
  queryOptions({ queryKey: ["project", projectId, "facts"], queryFn: () => fetchProject(projectId) });

export type NewProject = Schemas["NewProject"];
export type Task = Project["task"];

export const newProject = (wanted: NewProject) => unwrap(client.POST("/api/v1/projects", { body: wanted }));

export const renameProject = (projectId: number, name: string) =>
  unwrap(
    client.PATCH("/api/v1/projects/{project_id}", {
      params: { path: { project_id: projectId } },
      body: { name },
    }),
  );

export const deleteProject = (projectId: number) =>
  unwrap(client.DELETE("/api/v1/projects/{project_id}", { params: { path: { project_id: projectId } } }));

export const formatsQuery = () =>
  queryOptions({
    queryKey: ["formats"],
    queryFn: () => unwrap(client.GET("/api/v1/formats")),
    staleTime: Infinity,
  });

export const fetchStates = async (projectId: number): Promise<ImageStates> =>
  statesOf(decodeColumns(await getColumns(`/projects/${projectId}/images/state`)));

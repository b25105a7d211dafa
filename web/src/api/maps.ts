/** Requests about the map and about what a selection holds. */
import { client, unwrap, type Schemas } from "./client";

export type MapRound = Schemas["MapRound"];
export type IslandReport = Schemas["IslandReport"];
export type OddOne = Schemas["OddOne"];
export type Bridge = Schemas["Bridge"];

export interface NewRound {
  /** Begins from nothing instead of keeping the places of the last round. */
  rearrange: boolean;
  /** The backbone whose embedding is laid out; null for the active model's, else the project's backbone. */
  backbone: string | null;
}

const project = (projectId: number) => ({ path: { project_id: projectId } });
const round = (projectId: number, number: number) => ({ path: { project_id: projectId, number } });

export const getRounds = (projectId: number) =>
  unwrap(client.GET("/api/v1/projects/{project_id}/map/rounds", { params: project(projectId) }));

export const getIslands = (projectId: number, number: number) =>
  unwrap(
    client.GET("/api/v1/projects/{project_id}/map/rounds/{number}/islands", {
      params: round(projectId, number),
    }),
  );

export const getBridges = (projectId: number, number: number) =>
  unwrap(
    client.GET("/api/v1/projects/{project_id}/map/rounds/{number}/bridges", {
      params: round(projectId, number),
    }),
  );

export const postRound = (projectId: number, body: NewRound) =>
  unwrap(client.POST("/api/v1/projects/{project_id}/map/rounds", { params: project(projectId), body }));

export const postSelection = (projectId: number, body: Schemas["ImageSelector"], signal: AbortSignal) =>
  unwrap(
    client.POST("/api/v1/projects/{project_id}/selection", { params: project(projectId), body, signal }),
  );

export const getSimilar = (projectId: number, imageId: number, count: number) =>
  unwrap(
    client.GET("/api/v1/projects/{project_id}/images/{image_id}/similar", {
      params: { path: { project_id: projectId, image_id: imageId }, query: { count } },
    }),
  );

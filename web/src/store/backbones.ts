/** Pretrained networks: which there are, how large and fast, and embedding a project with another one. */
import { queryOptions } from "@tanstack/react-query";

import { client, unwrap, type Schemas } from "@/api/client";

export type Backbone = Schemas["BackboneFacts"];

export const backbonesQuery = () =>
  queryOptions({
    queryKey: ["backbones"],
    queryFn: () => unwrap(client.GET("/api/v1/backbones")),
    staleTime: Infinity,
  });

/** Begins to embed all images with a backbone; the project keeps the one that it uses. */
export const startEmbedding = (projectId: number, backbone: string): Promise<Schemas["JobStarted"]> =>
  unwrap(
    client.POST("/api/v1/projects/{project_id}/embeddings", {
      params: { path: { project_id: projectId } },
      body: { backbone, use: false },
    }),
  );

/** Size and speed of a network, in words; the recommended one is what others are compared with. */
export const backboneWords = (backbone: Backbone, all: readonly Backbone[]): string =>
  [
    backbone.parameters_millions < 0.1
      ? "no network, only colours"
      : `${backbone.parameters_millions.toFixed(0)} M parameters`,
    speedOf(
      backbone,
      all.find((each) => each.recommended),
    ),
    backbone.here ? null : "weights must be fetched first",
  ]
    .filter((part) => part !== null)
    .join(" · ");

const speedOf = (backbone: Backbone, usual: Backbone | undefined): string | null => {
  const { images_per_second, speed_measured, gmacs } = backbone;
  if (images_per_second !== null) {
    return `${speed_measured ? "" : "about "}${images_per_second.toFixed(0)} images per second here`;
  }
  if (usual === undefined || usual.name === backbone.name || usual.gmacs === 0) return null;
  const times = gmacs / usual.gmacs;
  if (times < 0.75) return "faster than the recommended one";
  return times < 1.5
    ? "as fast as the recommended one"
    : `about ${times.toFixed(0)} times slower than the recommended one`;
};

/** The server, its workspace and its limits. */
import { queryOptions } from "@tanstack/react-query";

import { client, unwrap, type Schemas } from "@/api/client";

export type About = Schemas["About"];

export const aboutQuery = () =>
  queryOptions({
    queryKey: ["about"],
    queryFn: () => unwrap(client.GET("/api/v1/about")),
    staleTime: Infinity,
  });

/** Background work as the server tells it. Keys of answers: ["jobs", ...]. */
import { queryOptions } from "@tanstack/react-query";

import { client, unwrap, type Schemas } from "@/api/client";

export type Job = Schemas["Job"];

const FEW = 30;

export const jobsQuery = () =>
  queryOptions({
    queryKey: ["jobs", "newest"],
    queryFn: () => unwrap(client.GET("/api/v1/jobs", { params: { query: { limit: FEW } } })),
  });

/** Asks a job to stop after the steps that run now. */
export const cancelJob = (number: number): Promise<Job> =>
  unwrap(client.POST("/api/v1/jobs/{number}/cancel", { params: { path: { number } } }));

/** Goes on with a job from its first unfinished step. */
export const resumeJob = async (number: number): Promise<Job> =>
  (await unwrap(client.POST("/api/v1/jobs/{number}/resume", { params: { path: { number } } }))).job;

export const runningJobs = (jobs: readonly Job[]): Job[] => jobs.filter((job) => job.state === "running");

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

/** The list with a job as it is now, in its place or, where it is new, first. */
export const withJob = (jobs: readonly Job[], job: Job): Job[] =>
  jobs.some(({ number }) => number === job.number)
    ? jobs.map((each) => (each.number === job.number ? job : each))
    : [job, ...jobs];

/** How far a job is, 0 to 1; null while nobody knows. */
export const shareDone = ({ done, total }: Job): number | null => (total > 0 ? done / total : null);

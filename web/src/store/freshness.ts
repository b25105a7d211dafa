/** Keeps answers fresh by the server's events. Keys of answers begin with what they are about. */
import type { QueryClient, QueryKey } from "@tanstack/react-query";

import type { ServerEvent } from "./events";
import { withJob, type Job } from "./jobs";

/** Many events within this time ask the server once. */
const GATHER_MS = 400;

export class Freshness {
  private readonly stale = new Map<string, QueryKey>();
  private timer: ReturnType<typeof setTimeout> | undefined;

  constructor(private readonly queries: QueryClient) {}

  hear({ name, data }: ServerEvent): void {
    switch (name) {
      case "hello":
        if (!data.complete) void this.queries.invalidateQueries();
        break;
      case "job":
        this.putJob(data);
        break;
      case "operation":
      case "project":
        this.mark(["projects"], ["project", data.project_id]);
        break;
      case "run":
        this.mark(["project", data.project_id, "runs"]);
        break;
    }
  }

  /** The event tells all of the job, so nobody need ask; what it brought about shows when it is over. */
  private putJob(job: Job): void {
    this.queries.setQueryData<Job[]>(["jobs", "newest"], (jobs) => jobs && withJob(jobs, job));
    if (job.state === "running") return;
    this.mark(["jobs"], ["projects"]);
    if (job.project_id !== null) this.mark(["project", job.project_id]);
  }

  private mark(...keys: QueryKey[]): void {
    for (const key of keys) this.stale.set(JSON.stringify(key), key);
    this.timer ??= setTimeout(() => this.refresh(), GATHER_MS);
  }

  private refresh(): void {
    this.timer = undefined;
    const keys = [...this.stale.values()];
    this.stale.clear();
    for (const queryKey of keys) void this.queries.invalidateQueries({ queryKey });
  }
}

import { useQueryClient, type QueryClient } from "@tanstack/react-query";
import { useEffect } from "react";

import { useSession } from "@/store/hooks";
import { hasReport, reportQuery, reportWords } from "@/store/intakeReports";
import { jobsQuery, type Job } from "@/store/jobs";
import { say, sayProblem } from "@/ui/toasts";

const sayFinished = async (queries: QueryClient, job: Job): Promise<void> => {
  const report = hasReport(job) ? await queries.query(reportQuery(job.number)) : null;
  const more = report === null || report.refused.length === 0 ? "" : "; Jobs tells which";
  // The bar may cut a long message: what must be read stands first.
  say(report === null ? `Finished: ${job.title}` : `Finished: ${reportWords(report)}${more}. ${job.title}`);
};

/** Says when a job that ran while this page was open is over, and how. */
export const JobToasts = () => {
  const { events } = useSession();
  const queries = useQueryClient();
  useEffect(() => {
    const running = new Set<number>();
    const told = new Set<number>();
    let newest = Infinity;
    // A job may be over before anybody has seen it run. Those that were over before this page opened are not told.
    void queries.query({ ...jobsQuery(), staleTime: "static" }).then(
      (jobs) => (newest = Math.max(0, ...jobs.map(({ number }) => number))),
      () => undefined, // whoever shows the list says that it did not come
    );
    return events.listen((event) => {
      if (event.name !== "job") return;
      const { number, state, title, reason } = event.data;
      if (state === "running") {
        running.add(number);
        told.delete(number);
        return;
      }
      if (told.has(number) || !(running.delete(number) || number > newest)) return;
      told.add(number);
      if (state === "finished") sayFinished(queries, event.data).catch(sayProblem);
      if (state === "failed") sayProblem({ message: `Failed: ${title}`, remedy: reason });
    });
  }, [events, queries]);
  return null;
};

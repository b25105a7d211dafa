import { useQueryClient, type QueryClient } from "@tanstack/react-query";
import { useEffect } from "react";

import { useSession } from "@/store/hooks";
import { hasReport, reportQuery, reportWords } from "@/store/intakeReports";
import type { Job } from "@/store/jobs";
import { say, sayProblem } from "@/ui/toasts";

const sayFinished = async (queries: QueryClient, job: Job): Promise<void> => {
  const report = hasReport(job) ? await queries.query(reportQuery(job.number)) : null;
  const end = report === null || report.refused.length === 0 ? "." : "; see Jobs.";
  say(report === null ? `Finished: ${job.title}` : `Finished: ${job.title}. ${reportWords(report)}${end}`);
};

/** Says when a job that ran while this page was open is over, and how. */
export const JobToasts = () => {
  const { events } = useSession();
  const queries = useQueryClient();
  useEffect(() => {
    const running = new Set<number>();
    return events.listen((event) => {
      if (event.name !== "job") return;
      const { number, state, title, reason } = event.data;
      if (state === "running") {
        running.add(number);
        return;
      }
      if (!running.delete(number)) return;
      if (state === "finished") sayFinished(queries, event.data).catch(sayProblem);
      if (state === "failed") sayProblem({ message: `Failed: ${title}`, remedy: reason });
    });
  }, [events, queries]);
  return null;
};

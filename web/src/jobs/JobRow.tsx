import { Button, Group, Progress, Text } from "@mantine/core";
import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { Ban, Check, CircleAlert, CirclePause, LoaderCircle, type LucideIcon } from "lucide-react";

import { byReason, hasReport, reportQuery, reportWords } from "@/store/intakeReports";
import { cancelJob, resumeJob, shareDone, type Job } from "@/store/jobs";
import { RefusedFiles } from "@/ui/RefusedFiles";
import { sayProblem } from "@/ui/toasts";
import { ago, countOf, duration } from "@/ui/words";

import classes from "./JobRow.module.css";

const STATES: Readonly<Record<Job["state"], { icon: LucideIcon; words: string }>> = {
  running: { icon: LoaderCircle, words: "running" },
  finished: { icon: Check, words: "finished" },
  failed: { icon: CircleAlert, words: "failed" },
  cancelled: { icon: Ban, words: "cancelled" },
  interrupted: { icon: CirclePause, words: "interrupted" },
};

/** "320 of 1,000 images · 84 a second · 8 s left" */
const progressWords = (job: Job): string => {
  const done =
    job.total > 0
      ? `${job.done.toLocaleString("en")} of ${countOf(job.total, job.unit.replace(/s$/, ""))}`
      : "";
  const rate = job.rate > 0 ? `${job.rate.toFixed(job.rate < 10 ? 1 : 0)} a second` : "";
  const left = job.seconds_left == null ? "" : `${duration(job.seconds_left)} left`;
  return [done, rate, left].filter((part) => part !== "").join(" · ");
};

const useJobVerb = (verb: (number: number) => Promise<Job>) => {
  const queries = useQueryClient();
  return useMutation({
    mutationFn: verb,
    onError: sayProblem,
    onSettled: () => queries.invalidateQueries({ queryKey: ["jobs"] }),
  });
};

/** What an import brought, and which files it did not take. */
const Outcome = ({ job }: { job: Job }) => {
  const { data: report } = useQuery(reportQuery(job.number));
  if (report == null) return null;
  return (
    <>
      <Text size="xs">{reportWords(report)}</Text>
      <RefusedFiles groups={byReason(report.refused)} />
    </>
  );
};

/** One job: its progress, how to stop it, why it failed and how to go on. */
export const JobRow = ({ job }: { job: Job }) => {
  const cancel = useJobVerb(cancelJob);
  const resume = useJobVerb(resumeJob);
  const { icon: Icon, words } = STATES[job.state];
  const running = job.state === "running";
  const share = shareDone(job);
  const progress = progressWords(job);
  return (
    <article className={classes.row} data-state={job.state} aria-label={`${job.title}, ${words}`}>
      <Group gap="xs" wrap="nowrap" align="flex-start">
        <Icon size={16} className={classes.icon} aria-hidden />
        <Text fw={500} className={classes.title}>
          {job.title}
        </Text>
        {running && (
          <Button
            size="xs"
            variant="default"
            loading={cancel.isPending}
            onClick={() => cancel.mutate(job.number)}
          >
            Cancel
          </Button>
        )}
        {job.resumable && (
          <Button
            size="xs"
            variant="default"
            loading={resume.isPending}
            onClick={() => resume.mutate(job.number)}
          >
            Go on
          </Button>
        )}
      </Group>
      {running && (
        <Progress
          value={100 * (share ?? 1)}
          animated={share === null}
          aria-label={`Progress of ${job.title}`}
        />
      )}
      <Text size="xs" c="dimmed" className="tabular">
        {running ? progress || job.message || "Starting" : `${words} ${ago(job.ended_at ?? job.started_at)}`}
      </Text>
      {running && job.message !== "" && progress !== "" && (
        <Text size="xs" c="dimmed">
          {job.message}
        </Text>
      )}
      {hasReport(job) && <Outcome job={job} />}
      {job.reason !== "" && (
        <Text size="xs" className={classes.reason}>
          {job.reason}
        </Text>
      )}
    </article>
  );
};

import { ActionIcon, Tooltip } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import { Activity, LoaderCircle } from "lucide-react";

import { jobsQuery, runningJobs, shareDone, type Job } from "@/store/jobs";
import { percent } from "@/ui/words";

import classes from "./Frame.module.css";

const wordsOf = (job: Job): string => {
  const share = shareDone(job);
  return share === null ? job.title : `${job.title} ${percent(share)}`;
};

/** Opens the drawer of background work; while something runs it says what, and how far. */
export const JobsButton = ({ onClick }: { onClick: () => void }) => {
  const { data } = useQuery(jobsQuery());
  const [first, ...more] = runningJobs(data ?? []);
  if (first === undefined) {
    return (
      <Tooltip label="Jobs">
        <ActionIcon aria-label="Jobs" onClick={onClick}>
          <Activity size={16} />
        </ActionIcon>
      </Tooltip>
    );
  }
  return (
    <button type="button" className={classes.job} onClick={onClick} aria-label="Jobs">
      <LoaderCircle size={14} className={classes.turning} aria-hidden />
      <span className={classes.jobWords}>{wordsOf(first)}</span>
      {more.length > 0 && <span>and {more.length} more</span>}
    </button>
  );
};

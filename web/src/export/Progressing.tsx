import { Button, Loader, Progress, Text } from "@mantine/core";
import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { CircleAlert, Download } from "lucide-react";

import { downloadAddress } from "@/store/exports";
import { cancelJob, jobsQuery, shareDone, type Job } from "@/store/jobs";
import { sayProblem } from "@/ui/toasts";

import classes from "./export.module.css";

const Running = ({ job }: { job: Job }) => {
  const queries = useQueryClient();
  const cancel = useMutation({
    mutationFn: () => cancelJob(job.number),
    onError: sayProblem,
    onSettled: () => queries.invalidateQueries({ queryKey: ["jobs"] }),
  });
  const share = shareDone(job);
  return (
    <>
      <Loader size={16} aria-hidden />
      <span>{job.message === "" ? "Writing" : job.message}</span>
      {share !== null && (
        <Progress
          value={100 * share}
          className={classes.progress ?? ""}
          aria-label="Progress of the export"
        />
      )}
      <Button size="xs" variant="default" loading={cancel.isPending} onClick={() => cancel.mutate()}>
        Cancel
      </Button>
    </>
  );
};

/** The export that goes on, or the one just begun here when it is over. */
export const Progressing = ({ projectId, started }: { projectId: number; started: Job | null }) => {
  const jobs = useQuery(jobsQuery()).data ?? [];
  const ours = jobs.filter(({ kind, project_id }) => kind === "export" && project_id === projectId);
  const job =
    ours.find(({ state }) => state === "running") ?? ours.find((each) => each.number === started?.number);
  const shown = job ?? started;
  return (
    <div className={classes.progressing} role="status">
      {shown === null ? null : shown.state === "running" ? (
        <Running job={shown} />
      ) : shown.state === "finished" ? (
        <Button
          component="a"
          variant="default"
          leftSection={<Download size={16} />}
          href={downloadAddress(projectId, shown.number)}
          download
        >
          Download zip
        </Button>
      ) : (
        <>
          <CircleAlert size={16} className={classes.alert} aria-hidden />
          <Text>{shown.state === "cancelled" ? "The export was cancelled." : shown.reason}</Text>
        </>
      )}
    </div>
  );
};

import { Button, Progress, Skeleton, Text } from "@mantine/core";
import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { useNavigate } from "@tanstack/react-router";
import { Play, Square } from "lucide-react";
import { lazy, Suspense, useEffect } from "react";

import { useSession } from "@/store/hooks";
import { askAgainMs, isOver, resumeRun, runQuery, stopRun, type RunDetails } from "@/store/models";
import { useObservable } from "@/store/observable";
import { projectQuery, type Task } from "@/store/projects";
import { Empty } from "@/ui/Empty";
import { Page } from "@/ui/Page";
import { Section } from "@/ui/Section";
import { sayProblem } from "@/ui/toasts";
import { duration } from "@/ui/words";

import { FIGURE, latestWords } from "./figureWords";
import { runState } from "./headWords";

const RunCharts = lazy(() => import("./RunCharts"));

const progressWords = ({
  phase,
  epoch,
  epochs,
  seconds_left: left,
}: NonNullable<RunDetails["progress"]>): string =>
  [
    `Training the ${phase}`,
    epochs > 0 ? `epoch ${epoch} of ${epochs}` : "",
    left == null ? "" : `${duration(left)} left of this part`,
  ]
    .filter((part) => part !== "")
    .join(", ");

const Progressing = ({ run }: { run: RunDetails }) => {
  const { progress } = run;
  const known = progress !== null && progress.steps > 0;
  return (
    <Section title={runState(run)}>
      {!isOver(run) && (
        <Progress
          value={known ? (100 * progress.step) / progress.steps : 100}
          animated={!known}
          aria-label="Progress of the training"
        />
      )}
      <Text className="tabular">
        {run.reason !== ""
          ? run.reason
          : progress === null
            ? "Preparing: the images go through the part of the network that stays as it is."
            : progressWords(progress)}
      </Text>
    </Section>
  );
};

const Latest = ({ metrics, task }: { metrics: RunDetails["metrics"]; task: Task }) => {
  const figure = metrics.accuracy_held_out.at(-1);
  if (figure == null) return null;
  return <Text className="tabular">{latestWords(task, figure, metrics.total)}</Text>;
};

/** A training while it goes on, or how one ended that gave no model. */
export const RunPane = ({ projectId, runId }: { projectId: number; runId: number }) => {
  const connection = useObservable(useSession().events.connection);
  const { data: run, error } = useQuery({
    ...runQuery(projectId, runId),
    refetchInterval: ({ state }) => askAgainMs(connection, state.data),
  });
  const task = useQuery(projectQuery(projectId)).data?.task ?? "classification";
  const queries = useQueryClient();
  const navigate = useNavigate({ from: "/projects/$projectId/models" });
  const made = run?.model_id;
  useEffect(() => {
    if (made == null) return;
    void queries.invalidateQueries({ queryKey: ["project", projectId] });
    void navigate({ search: { model: made }, replace: true });
  }, [made, navigate, projectId, queries]);
  const refresh = () => queries.invalidateQueries({ queryKey: ["project", projectId, "runs"] });
  const stop = useMutation({
    mutationFn: () => stopRun(projectId, runId),
    onError: sayProblem,
    onSettled: refresh,
  });
  const resume = useMutation({
    mutationFn: () => resumeRun(projectId, runId),
    onError: sayProblem,
    onSettled: refresh,
  });
  if (error !== null) return <Empty title="This training cannot be read">{error.message}</Empty>;
  if (run === undefined)
    return <Skeleton h="100%" radius={0} role="status" aria-label="Reading the training" />;
  const resumable = run.state === "interrupted" || run.state === "failed";
  const actions = (
    <>
      {!isOver(run) && (
        <Button
          variant="default"
          leftSection={<Square size={14} />}
          loading={stop.isPending || stop.isSuccess}
          onClick={() => stop.mutate()}
        >
          Stop, keep the last epoch
        </Button>
      )}
      {resumable && (
        <Button leftSection={<Play size={16} />} loading={resume.isPending} onClick={() => resume.mutate()}>
          Go on
        </Button>
      )}
    </>
  );
  return (
    <Page title={run.name === "" ? `Training ${run.id}` : run.name} actions={actions}>
      {run.description !== "" && <Text>{run.description}</Text>}
      <Progressing run={run} />
      {run.metrics.epoch.length > 0 && (
        <Section title={`Loss and ${task === "classification" ? "accuracy" : FIGURE[task]}`}>
          <Latest metrics={run.metrics} task={task} />
          <Suspense fallback={<Skeleton h={240} />}>
            <RunCharts metrics={run.metrics} task={task} />
          </Suspense>
        </Section>
      )}
      {run.notes.map((note) => (
        <Text key={note} c="dimmed">
          {note}
        </Text>
      ))}
    </Page>
  );
};

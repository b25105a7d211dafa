import { Button } from "@mantine/core";
import { useQuery, useQueryClient } from "@tanstack/react-query";
import { useEffect, useState } from "react";

import { useProject, useSession } from "@/store/hooks";
import { classListQuery, type ProjectClass } from "@/store/classes";
import { jobsQuery, runningJobs, type Job } from "@/store/jobs";
import { roundsQuery } from "@/store/mapRounds";
import { Empty } from "@/ui/Empty";

import { FirstMap } from "./FirstMap";
import { MapTable } from "./MapTable";
import classes from "./map.module.css";
import { NoDrawing } from "./NoDrawing";
import { drawsWebGL2, NoWebGL } from "./renderer/program";

const GATHER_MS = 400;
const NO_CLASSES: readonly ProjectClass[] = [];
const NO_JOBS: readonly Job[] = [];

/** Rounds and islands afresh after every step of a job, a few times a second at most. */
const useFreshRounds = (projectId: number): void => {
  const { events } = useSession();
  const queries = useQueryClient();
  useEffect(() => {
    let timer: ReturnType<typeof setTimeout> | undefined;
    const stop = events.listen(({ name }) => {
      if (name !== "job" || timer !== undefined) return;
      timer = setTimeout(() => {
        timer = undefined;
        void queries.invalidateQueries({ queryKey: ["project", projectId, "map", "rounds"] });
      }, GATHER_MS);
    });
    return () => {
      clearTimeout(timer);
      stop();
    };
  }, [events, queries, projectId]);
};

const Screen = () => {
  const project = useProject();
  const [drawable] = useState(drawsWebGL2);
  useFreshRounds(project.id);
  const rounds = useQuery(roundsQuery(project.id));
  const classList = useQuery(classListQuery(project.id)).data ?? NO_CLASSES;
  const jobs = useQuery(jobsQuery()).data ?? NO_JOBS;
  const working = runningJobs(jobs).some((job) => job.project_id === project.id);
  if (!drawable) return <NoDrawing problem={new NoWebGL("no context")} />;
  if (rounds.isPending) return <div className={classes.loading} role="status" aria-label="Loading the map" />;
  if (rounds.isError) {
    return (
      <Empty
        title="The map did not come"
        action={<Button onClick={() => void rounds.refetch()}>Try again</Button>}
      >
        {rounds.error.message}
      </Empty>
    );
  }
  if (rounds.data.length === 0) return <FirstMap classList={classList} working={working} />;
  return <MapTable rounds={rounds.data} classList={classList} working={working} />;
};

export default Screen;

import { Button, Skeleton, Title } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import { Plus } from "lucide-react";
import { lazy, Suspense, useState } from "react";

import { projectsQuery } from "@/store/projects";
import { Empty } from "@/ui/Empty";

import { Card } from "./Card";
import { FirstRun } from "./FirstRun";
import classes from "./projects.module.css";

const NewProject = lazy(() => import("./NewProject"));

const SKELETONS = [0, 1, 2];

/** Every project at a glance, and the way to a new one. */
const Screen = () => {
  const { data: projects, error, refetch } = useQuery(projectsQuery());
  const [creating, setCreating] = useState(false);
  const create = () => setCreating(true);
  const dialog = creating && (
    <Suspense>
      <NewProject onClose={() => setCreating(false)} />
    </Suspense>
  );
  if (error !== null && projects === undefined) {
    return (
      <Empty
        title="The projects cannot be read"
        action={<Button onClick={() => void refetch()}>Try again</Button>}
      >
        {error.message}
      </Empty>
    );
  }
  if (projects?.length === 0) {
    return (
      <>
        <FirstRun onCreate={create} />
        {dialog}
      </>
    );
  }
  return (
    <div className={classes.page}>
      <div className={classes.head}>
        <Title order={1}>Projects</Title>
        <Button leftSection={<Plus size={16} aria-hidden />} onClick={create}>
          New project
        </Button>
      </div>
      <ul className={classes.cards}>
        {projects === undefined
          ? SKELETONS.map((each) => (
              <li key={each}>
                <Skeleton className={classes.skeleton} />
              </li>
            ))
          : projects
              .toSorted((a, b) => Date.parse(b.last_activity) - Date.parse(a.last_activity))
              .map((project) => <Card key={project.id} project={project} />)}
      </ul>
      {dialog}
    </div>
  );
};

export default Screen;

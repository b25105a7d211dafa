import { useQuery } from "@tanstack/react-query";
import { Outlet, useParams } from "@tanstack/react-router";
import { useEffect, useMemo } from "react";

import { ProjectContext, useSession } from "@/store/hooks";
import { useObservable } from "@/store/observable";
import { OpenProject } from "@/store/openProject";
import { fetchInstances } from "@/store/images";
import { fetchStates, projectQuery } from "@/store/projects";

import { ErrorScreen } from "./ErrorScreen";
import { shownProject } from "./shownProject";

const Screens = ({ project }: { project: OpenProject }) => {
  const problem = useObservable(project.problem);
  const loaded = useObservable(project.images.loaded);
  if (problem !== null && !loaded) {
    return <ErrorScreen error={problem} onRetry={() => void project.reload()} />;
  }
  return (
    <ProjectContext value={project}>
      <Outlet />
    </ProjectContext>
  );
};

/** Opens a project, and keeps it open while its screens change. */
export const ProjectFrame = () => {
  const { projectId } = useParams({ from: "/projects/$projectId" });
  const session = useSession();
  const project = useMemo(
    () => new OpenProject(projectId, session, { fetchStates, fetchInstances }),
    [projectId, session],
  );
  const { task, multi_label: multiLabel = false } = useQuery(projectQuery(projectId)).data ?? {};
  useEffect(() => {
    project.drawsShapes.set(task !== undefined && task !== "classification");
    project.multiLabel.set(multiLabel);
  }, [project, task, multiLabel]);
  useEffect(() => {
    void project.open();
    shownProject.set(project);
    return () => {
      project.close();
      shownProject.set(null);
    };
  }, [project]);
  return <Screens key={projectId} project={project} />;
};

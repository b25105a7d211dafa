import { ActionIcon, Tooltip } from "@mantine/core";
import { openSpotlight } from "@mantine/spotlight";
import { Link } from "@tanstack/react-router";
import { useQuery } from "@tanstack/react-query";
import { CircleHelp, Search, Settings } from "lucide-react";

import { useObservable } from "@/store/observable";
import { projectQuery } from "@/store/projects";
import { Logo } from "@/ui/Logo";
import { MessageStrip } from "@/ui/MessageStrip";

import classes from "./Frame.module.css";
import { JobsButton } from "./JobsButton";
import { Saving } from "./Saving";
import { shownProject } from "./shownProject";
import { ThemeButton } from "./ThemeButton";
import { UndoButtons } from "./UndoButtons";

const ProjectName = ({ projectId }: { projectId: number }) => {
  const { data } = useQuery(projectQuery(projectId));
  return (
    <>
      <span className={classes.slash} aria-hidden>
        /
      </span>
      <h1 className={classes.name}>{data?.name ?? ""}</h1>
    </>
  );
};

export const TopBar = ({ onJobs, onHelp }: { onJobs: () => void; onHelp: () => void }) => {
  const project = useObservable(shownProject);
  return (
    <header className={classes.bar}>
      <Link to="/" className={classes.home} aria-label="Labelgraft, all projects">
        <Logo /> <span>Labelgraft</span>
      </Link>
      {project !== null && <ProjectName projectId={project.id} />}
      <MessageStrip />
      {project !== null && <Saving />}
      {project !== null && <UndoButtons project={project} />}
      <button type="button" className={classes.search} onClick={openSpotlight}>
        <Search size={16} aria-hidden />
        <span>Search and commands</span>
        <kbd>Ctrl K</kbd>
      </button>
      <JobsButton onClick={onJobs} />
      <ThemeButton />
      <Tooltip label="Settings">
        <ActionIcon component={Link} to="/settings" aria-label="Settings">
          <Settings size={16} />
        </ActionIcon>
      </Tooltip>
      <Tooltip label="Keys (?)">
        <ActionIcon onClick={onHelp} aria-label="Keys">
          <CircleHelp size={16} />
        </ActionIcon>
      </Tooltip>
    </header>
  );
};

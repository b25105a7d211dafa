import { Outlet } from "@tanstack/react-router";
import { lazy, Suspense, useEffect, useState } from "react";

import { keyBoard } from "@/store/keys/board";
import { useObservable } from "@/store/observable";

import { ConflictDialog } from "./ConflictDialog";
import classes from "./Frame.module.css";
import { HelpSheet } from "./HelpSheet";
import { JobToasts } from "./JobToasts";
import { OfflineBanner } from "./OfflineBanner";
import { Palette } from "./Palette";
import { Rail } from "./Rail";
import { RefusedToasts } from "./RefusedToasts";
import { shownProject } from "./shownProject";
import { TopBar } from "./TopBar";
import { UploadBanner } from "./UploadBanner";
import { useFrameKeys } from "./useFrameKeys";

const JobsDrawer = lazy(() => import("@/jobs/Drawer"));

/** Everything around a screen: the rail, the bar, and what may open above them. */
export const Frame = () => {
  const [jobsOpened, setJobsOpened] = useState(false);
  const [jobsWanted, setJobsWanted] = useState(false);
  const [helpOpened, setHelpOpened] = useState(false);
  const project = useObservable(shownProject);
  useFrameKeys(() => setHelpOpened(true));
  useEffect(() => {
    const press = (event: KeyboardEvent) => void keyBoard.press(event);
    window.addEventListener("keydown", press);
    return () => window.removeEventListener("keydown", press);
  }, []);
  const openJobs = () => {
    setJobsWanted(true);
    setJobsOpened(true);
  };
  return (
    <div className={classes.frame} data-project={project !== null}>
      <a className={classes.skip} href="#screen">
        Skip to the screen
      </a>
      <TopBar onJobs={openJobs} onHelp={() => setHelpOpened(true)} />
      {project !== null && <Rail projectId={project.id} />}
      <main className={classes.screen} id="screen" tabIndex={-1}>
        <OfflineBanner />
        <UploadBanner />
        <div className={classes.content}>
          <Outlet />
        </div>
      </main>
      <Palette onJobs={openJobs} onHelp={() => setHelpOpened(true)} />
      <HelpSheet opened={helpOpened} onClose={() => setHelpOpened(false)} />
      <ConflictDialog />
      <RefusedToasts />
      <JobToasts />
      {jobsWanted && (
        <Suspense>
          <JobsDrawer opened={jobsOpened} onClose={() => setJobsOpened(false)} />
        </Suspense>
      )}
    </div>
  );
};

/** How a screen reaches the store. */
import { createContext, use } from "react";

import type { Connection } from "./events";
import type { JournalStatus } from "./journal";
import { useObservable } from "./observable";
import type { OpenProject } from "./openProject";
import type { Selection } from "./selection";
import type { Session } from "./session";

export const SessionContext = createContext<Session | null>(null);
export const ProjectContext = createContext<OpenProject | null>(null);

export const useSession = (): Session => {
  const session = use(SessionContext);
  if (session === null) throw new Error("useSession is used outside the app's frame.");
  return session;
};

/** The project whose screen is shown. */
export const useProject = (): OpenProject => {
  const project = use(ProjectContext);
  if (project === null) throw new Error("useProject is used outside a project's screens.");
  return project;
};

/** A number that grows with every change of the images' states; put it among the dependencies of what reads them. */
export const useImagesVersion = (): number => useObservable(useProject().images.version);

/** Whether the images' states have come from the server. */
export const useImagesLoaded = (): boolean => useObservable(useProject().images.loaded);

/** Whether annotations of the project have shapes; false until that is known. */
export const useDrawsShapes = (): boolean => useObservable(useProject().drawsShapes);

export const useSelection = (): Selection | null => useObservable(useProject().selection.cell);

export type SavingState = "saved" | "saving" | "offline" | "signed-out" | "conflict";

/** What the person must know about their work, worst first. */
export const savingState = (journal: JournalStatus, connection: Connection): SavingState => {
  if (journal.conflicts.length > 0) return "conflict";
  if (journal.held === "signed-out") return "signed-out";
  if (journal.held === "no-answer" || connection === "lost") return "offline";
  return journal.waiting > 0 ? "saving" : "saved";
};

export const useSavingState = (): { state: SavingState; waiting: number } => {
  const { journal, events } = useSession();
  const status = useObservable(journal.status);
  const connection = useObservable(events.connection);
  return { state: savingState(status, connection), waiting: status.waiting };
};

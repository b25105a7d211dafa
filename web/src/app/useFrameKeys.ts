import { openSpotlight } from "@mantine/spotlight";

import { useKeys } from "@/store/keys/board";

import { sayUndone } from "./sayUndone";
import { shownProject } from "./shownProject";

export const undo = (): void => {
  const project = shownProject.get();
  const words = project?.undoStacks.get().done.at(-1)?.words;
  if (project !== null) sayUndone(project.undo(), "Undone", words);
};

export const redo = (): void => {
  const project = shownProject.get();
  const words = project?.undoStacks.get().undone.at(-1)?.words;
  if (project !== null) sayUndone(project.redo(), "Done again", words);
};

/** The keys that hold on every screen. */
export const useFrameKeys = (openHelp: () => void): void => {
  useKeys("global", {
    "global.help": openHelp,
    "global.palette": openSpotlight,
    "global.undo": undo,
    "global.redo": redo,
  });
};

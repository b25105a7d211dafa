import { Cell } from "@/store/observable";
import type { OpenProject } from "@/store/openProject";

/** The project of the screen that is shown; the bars around the screen need it too. */
export const shownProject = new Cell<OpenProject | null>(null);

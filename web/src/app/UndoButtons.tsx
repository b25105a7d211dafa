import { ActionIcon, Tooltip } from "@mantine/core";
import { Redo2, Undo2 } from "lucide-react";

import { useObservable } from "@/store/observable";
import type { OpenProject } from "@/store/openProject";

import { sayUndone } from "./sayUndone";

export const UndoButtons = ({ project }: { project: OpenProject }) => {
  const { done, undone } = useObservable(project.undoStacks);
  const last = done.at(-1)?.words;
  const next = undone.at(-1)?.words;
  return (
    <>
      <Tooltip label={last === undefined ? "Nothing to undo" : `Undo: ${last} (Ctrl+Z)`}>
        <ActionIcon
          aria-label="Undo"
          aria-disabled={last === undefined}
          {...(last === undefined ? { "data-disabled": true } : {})}
          onClick={() => sayUndone(project.undo(), "Undone", last)}
        >
          <Undo2 size={16} />
        </ActionIcon>
      </Tooltip>
      <Tooltip label={next === undefined ? "Nothing to redo" : `Redo: ${next} (Ctrl+Shift+Z)`}>
        <ActionIcon
          aria-label="Redo"
          aria-disabled={next === undefined}
          {...(next === undefined ? { "data-disabled": true } : {})}
          onClick={() => sayUndone(project.redo(), "Done again", next)}
        >
          <Redo2 size={16} />
        </ActionIcon>
      </Tooltip>
    </>
  );
};

import { Text } from "@mantine/core";
import { useMemo } from "react";

import { NONE, rowOf, type ImageStates } from "@/store/imageStates";
import type { Selection } from "@/store/selection";

import { cssColour } from "./colours";
import classes from "./map.module.css";
import { classLooksOf, compositionOf, type ClassLook, type Part } from "./painting";

const MOST_NAMED = 3;

const wordsOf = (parts: readonly Part[], nameOf: (id: number) => string, none: string): string => {
  const named = parts.slice(0, MOST_NAMED).map(({ classId, count }) => {
    const name = classId === NONE ? none : nameOf(classId);
    return `${count.toLocaleString("en")} ${name}`;
  });
  const more = parts.length - MOST_NAMED;
  return more > 0 ? `${named.join(", ")} and ${more} more` : named.join(", ");
};

/** What the selected images are now: a bar of their classes, and of the proposals of those without one. */
export const Composition = ({
  selection,
  states,
  classList,
}: {
  selection: Selection;
  states: ImageStates;
  classList: readonly ClassLook[];
}) => {
  const looks = useMemo(() => classLooksOf(classList), [classList]);
  const rows = useMemo(
    () => [...selection.imageIds].filter((id) => !selection.thrownOut.has(id)).map((id) => rowOf(states, id)),
    [selection, states],
  );
  const nameOf = (id: number) => looks.get(id)?.name ?? `class ${id}`;
  const colourOf = (id: number) => {
    const look = looks.get(id);
    return look === undefined ? "var(--line)" : cssColour(look.colour);
  };
  const lines = [
    { what: "Labels", parts: compositionOf(states, rows, "class"), none: "without" },
    { what: "Proposals", parts: compositionOf(states, rows, "proposal"), none: "without" },
  ].filter(({ parts }) => parts.length > 0);
  return (
    <div className={classes.composition}>
      {lines.map(({ what, parts, none }) => (
        <div key={what}>
          <div className={classes.bar} aria-hidden>
            {parts.map(({ classId, count }) => (
              <span key={classId} style={{ flexGrow: count, background: colourOf(classId) }} />
            ))}
          </div>
          <Text size="xs" c="dimmed" className="tabular" truncate>
            {what}: {wordsOf(parts, nameOf, none)}
          </Text>
        </div>
      ))}
    </div>
  );
};

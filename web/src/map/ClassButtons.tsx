import { Text, TextInput, UnstyledButton } from "@mantine/core";
import { Search } from "lucide-react";
import { useMemo, useState } from "react";

import type { ProjectClass } from "@/store/classes";
import { classHints } from "@/store/keys/classKeys";

import { cssColour } from "./colours";
import classes from "./map.module.css";
import { classLooksOf } from "./painting";

const SEARCHED_FROM = 12;

/** One button per class with its key. */
export const ClassButtons = ({
  classList,
  onLabel,
}: {
  classList: readonly ProjectClass[];
  onLabel: (classId: number) => void;
}) => {
  const [sought, setSought] = useState("");
  const looks = useMemo(() => classLooksOf(classList), [classList]);
  const hints = useMemo(() => classHints(classList), [classList]);
  if (classList.length === 0) {
    return <Text c="dimmed">This project has no classes yet; add them under Classes.</Text>;
  }
  const word = sought.trim().toLowerCase();
  return (
    <div className={classes.classes}>
      {classList.length >= SEARCHED_FROM && (
        <TextInput
          aria-label="Find a class"
          placeholder={`Find among ${classList.length} classes`}
          leftSection={<Search size={14} aria-hidden />}
          value={sought}
          onChange={(event) => setSought(event.currentTarget.value)}
        />
      )}
      <div className={classes.classGrid} role="group" aria-label="Label the selection">
        {classList.map(({ id, name }) => {
          if (!name.toLowerCase().includes(word)) return null;
          const look = looks.get(id);
          const hint = hints.get(id);
          return (
            <UnstyledButton
              key={id}
              className={classes.class}
              onClick={() => onLabel(id)}
              title={`Label ${name}`}
            >
              <span
                className={classes.swatch}
                style={{ background: look === undefined ? "" : cssColour(look.colour) }}
                aria-hidden
              />
              <span className={classes.entryName}>{name}</span>
              {hint !== undefined && <kbd aria-hidden>{hint}</kbd>}
            </UnstyledButton>
          );
        })}
      </div>
    </div>
  );
};

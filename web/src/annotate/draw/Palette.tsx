import { Button } from "@mantine/core";
import { Tags } from "lucide-react";

import type { ProjectClass } from "@/store/classes";
import { ClassSearch } from "@/ui/ClassSearch";
import { ClassHint, KeyHint } from "@/ui/KeyHint";

import classes from "./draw.module.css";

/** More classes than this are found by name rather than in a list. */
const LISTED = 12;

/** The classes with their keys; the pressed one is given to what is drawn next. */
export const Palette = ({
  all,
  hints,
  counts,
  classId,
  searching,
  onSearching,
  onClass,
}: {
  all: readonly ProjectClass[];
  hints: ReadonlyMap<number, string>;
  /** How many of each are drawn in this image. */
  counts: ReadonlyMap<number, number>;
  classId: number | null;
  searching: boolean;
  onSearching: (opened: boolean) => void;
  onClass: (classId: number) => void;
}) => {
  const listed = all.slice(0, LISTED);
  const chosen = all.find(({ id }) => id === classId);
  const shown = chosen === undefined || listed.includes(chosen) ? listed : [...listed.slice(0, -1), chosen];
  return (
    <section className={classes.palette} aria-label="Class of what is drawn">
      {shown.map((each) => (
        <button
          key={each.id}
          type="button"
          className={classes.class}
          aria-pressed={each.id === classId}
          onClick={(event) => {
            event.currentTarget.blur();
            onClass(each.id);
          }}
        >
          <span className={classes.swatch} style={{ background: each.colour }} aria-hidden />
          <span className={classes.name}>{each.name}</span>
          {counts.has(each.id) && (
            <span className={classes.count}>× {counts.get(each.id)?.toLocaleString("en")}</span>
          )}
          <ClassHint hint={hints.get(each.id)} />
        </button>
      ))}
      {all.length === 0 && (
        <p className={classes.quiet}>The project has no classes yet: add them under Classes.</p>
      )}
      {all.length > 0 && (
        <ClassSearch
          all={all}
          hints={hints}
          opened={searching}
          onOpened={onSearching}
          onChoose={({ id }) => onClass(id)}
        >
          <Button
            variant="default"
            size="xs"
            fullWidth
            leftSection={<Tags size={14} />}
            rightSection={<KeyHint>C</KeyHint>}
            onClick={() => onSearching(!searching)}
          >
            {all.length > LISTED ? `Find one of ${all.length} classes` : "Find a class"}
          </Button>
        </ClassSearch>
      )}
    </section>
  );
};

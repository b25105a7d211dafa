import { Popover, Stack, TextInput } from "@mantine/core";
import { Check } from "lucide-react";
import { useState, type SubmitEvent } from "react";

import type { ProjectClass } from "@/store/classes";
import { sayProblem } from "@/ui/toasts";

import classes from "./classes.module.css";
import { CLASS_COLOURS, readHex } from "./colours";
import type { ClassChanges } from "./useClassChanges";

const Form = ({
  about,
  changes,
  onClose,
}: {
  about: ProjectClass;
  changes: ClassChanges;
  onClose: () => void;
}) => {
  const [typed, setTyped] = useState(about.colour);
  const now = about.colour.toLowerCase();
  const read = readHex(typed);
  const give = (colour: string) => {
    onClose();
    if (colour !== now) changes.mutate({ kind: "recolour", id: about.id, colour }, { onError: sayProblem });
  };
  const submit = (event: SubmitEvent) => {
    event.preventDefault();
    if (read !== null) give(read);
  };
  return (
    <Stack gap="sm">
      <div className={classes.palette} role="group" aria-label="Colours">
        {CLASS_COLOURS.map((colour) => (
          <button
            key={colour}
            type="button"
            className={classes.swatch}
            style={{ background: colour }}
            aria-label={colour}
            aria-pressed={colour === now}
            onClick={() => give(colour)}
          >
            {colour === now && <Check size={16} strokeWidth={3} aria-hidden />}
          </button>
        ))}
      </div>
      <form onSubmit={submit}>
        <TextInput
          label="Any colour"
          description="#rrggbb, Enter takes it"
          value={typed}
          error={read === null}
          spellCheck={false}
          leftSection={
            <span className={classes.dot} style={{ background: read ?? "transparent" }} aria-hidden />
          }
          onChange={(event) => setTyped(event.currentTarget.value)}
        />
      </form>
    </Stack>
  );
};

/** The colour of a class; a click changes it. */
export const ColourField = ({ about, changes }: { about: ProjectClass; changes: ClassChanges }) => {
  const [opened, setOpened] = useState(false);
  return (
    <Popover opened={opened} onChange={setOpened} position="bottom-start" width={200} trapFocus returnFocus>
      <Popover.Target>
        <button
          type="button"
          className={classes.colour}
          aria-label={`Colour of ${about.name}, ${about.colour}`}
          onClick={() => setOpened((now) => !now)}
        >
          <span className={classes.dot} style={{ background: about.colour }} aria-hidden />
        </button>
      </Popover.Target>
      <Popover.Dropdown aria-label={`Colour of ${about.name}`}>
        <Form about={about} changes={changes} onClose={() => setOpened(false)} />
      </Popover.Dropdown>
    </Popover>
  );
};

import { Button, Group, Popover, Stack, Text, TextInput } from "@mantine/core";
import { useEffect, useRef, useState, type SubmitEvent } from "react";

import type { ProjectClass } from "@/store/classes";
import type { Chord } from "@/store/keys/chord";
import { useDrawsShapes } from "@/store/hooks";
import { keyRefusal, shortChord } from "@/store/keys/classKeys";

import classes from "./classes.module.css";
import type { ClassChanges } from "./useClassChanges";

/** Why the class cannot have this key; null where it can, or wants none. */
const refusalOf = (
  key: string,
  about: ProjectClass,
  all: readonly ProjectClass[],
  drawing: boolean,
): string | null => {
  if (key === "") return null;
  const owner = all.find((each) => each.id !== about.id && each.key?.toUpperCase() === key.toUpperCase());
  return owner === undefined ? keyRefusal(key, drawing) : `${key.toUpperCase()} belongs to ${owner.name}.`;
};

const Form = ({
  about,
  all,
  changes,
  onClose,
}: {
  about: ProjectClass;
  all: readonly ProjectClass[];
  changes: ClassChanges;
  onClose: () => void;
}) => {
  const field = useRef<HTMLInputElement>(null);
  const [key, setKey] = useState(about.key ?? "");
  const [problem, setProblem] = useState<string | null>(null);
  // At once, not after the fade: whoever clicks types the key with the other hand.
  useEffect(() => field.current?.select(), []);
  const drawing = useDrawsShapes();
  const refusal = refusalOf(key, about, all, drawing);
  const save = (wanted: string | null) => {
    if (wanted === about.key && refusal === null) {
      onClose();
      return;
    }
    changes.mutate(
      { kind: "key", id: about.id, key: wanted },
      { onSuccess: onClose, onError: ({ message }) => setProblem(message) },
    );
  };
  const submit = (event: SubmitEvent) => {
    event.preventDefault();
    if (refusal === null) save(key === "" ? null : key);
  };
  return (
    <form onSubmit={submit}>
      <Stack gap="sm">
        <TextInput
          label={`Key of ${about.name}`}
          value={key}
          data-autofocus
          error={refusal !== null || problem !== null}
          ref={field}
          onChange={(event) => {
            // The last character typed, so that a key is changed by one press.
            setKey(Array.from(event.currentTarget.value.trim()).at(-1) ?? "");
            setProblem(null);
          }}
        />
        <Text size="xs" role="status" className={classes.keyNote ?? ""} data-problem={refusal !== null}>
          {refusal ?? problem ?? "A letter or a digit; without one, a digit that is free."}
        </Text>
        <Group justify="space-between">
          <Button size="xs" variant="default" disabled={about.key === null} onClick={() => save(null)}>
            No key
          </Button>
          <Button size="xs" type="submit" disabled={refusal !== null} loading={changes.isPending}>
            Save
          </Button>
        </Group>
      </Stack>
    </form>
  );
};

/** The key that gives a class, its own or a free digit; a click gives it one of its own. */
export const KeyField = ({
  about,
  all,
  chord,
  changes,
}: {
  about: ProjectClass;
  all: readonly ProjectClass[];
  /** The key that it answers to; null for none. */
  chord: Chord | null;
  changes: ClassChanges;
}) => {
  const [opened, setOpened] = useState(false);
  return (
    <Popover opened={opened} onChange={setOpened} position="bottom-start" width={240} trapFocus returnFocus>
      <Popover.Target>
        <button
          type="button"
          className={classes.key}
          data-own={chord === about.key?.toUpperCase()}
          aria-label={chord === null ? `${about.name} has no key: give one` : `Key ${chord} of ${about.name}`}
          onClick={() => setOpened((now) => !now)}
        >
          {chord === null ? "–" : shortChord(chord)}
        </button>
      </Popover.Target>
      <Popover.Dropdown aria-label={`Key of ${about.name}`}>
        <Form about={about} all={all} changes={changes} onClose={() => setOpened(false)} />
      </Popover.Dropdown>
    </Popover>
  );
};

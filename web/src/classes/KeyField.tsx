import { Button, Group, Popover, Stack, Text, TextInput } from "@mantine/core";
import { useEffect, useRef, useState, type SubmitEvent } from "react";

import type { ProjectClass } from "@/store/classes";

import classes from "./classes.module.css";
import type { ClassChanges } from "./useClassChanges";

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
  const owner = all.find((each) => each.id !== about.id && key !== "" && each.key === key);
  const save = (wanted: string | null) => {
    if (wanted === about.key) {
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
    if (owner === undefined) save(key === "" ? null : key);
  };
  return (
    <form onSubmit={submit}>
      <Stack gap="sm">
        <TextInput
          label={`Key of ${about.name}`}
          value={key}
          data-autofocus
          error={owner !== undefined || problem !== null}
          ref={field}
          onChange={(event) => {
            // The last character typed, so that a key is changed by one press.
            setKey(Array.from(event.currentTarget.value.trim()).at(-1) ?? "");
            setProblem(null);
          }}
        />
        <Text size="xs" role="status" className={classes.keyNote ?? ""} data-problem={owner !== undefined}>
          {owner !== undefined ? `${key} belongs to ${owner.name}.` : (problem ?? "One character, or none.")}
        </Text>
        <Group justify="space-between">
          <Button size="xs" variant="default" disabled={about.key === null} onClick={() => save(null)}>
            No key
          </Button>
          <Button size="xs" type="submit" disabled={owner !== undefined} loading={changes.isPending}>
            Save
          </Button>
        </Group>
      </Stack>
    </form>
  );
};

/** The key of a class; a click changes it. */
export const KeyField = ({
  about,
  all,
  changes,
}: {
  about: ProjectClass;
  all: readonly ProjectClass[];
  changes: ClassChanges;
}) => {
  const [opened, setOpened] = useState(false);
  return (
    <Popover opened={opened} onChange={setOpened} position="bottom-start" width={240} trapFocus returnFocus>
      <Popover.Target>
        <button
          type="button"
          className={classes.key}
          aria-label={
            about.key === null ? `${about.name} has no key: give one` : `Key ${about.key} of ${about.name}`
          }
          onClick={() => setOpened((now) => !now)}
        >
          {about.key ?? "–"}
        </button>
      </Popover.Target>
      <Popover.Dropdown aria-label={`Key of ${about.name}`}>
        <Form about={about} all={all} changes={changes} onClose={() => setOpened(false)} />
      </Popover.Dropdown>
    </Popover>
  );
};

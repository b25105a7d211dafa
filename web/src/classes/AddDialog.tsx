import { Button, Group, Modal, Stack, Text, Textarea } from "@mantine/core";
import { useState, type SubmitEvent } from "react";

import type { ProjectClass } from "@/store/classes";

import classes from "./classes.module.css";
import { LONGEST, readPasted } from "./pasted";
import type { ClassChanges } from "./useClassChanges";

/** Names to show of a long list. */
const FEW = 5;

const named = (names: readonly string[]): string =>
  names.length > FEW ? `${names.slice(0, FEW).join(", ")} and ${names.length - FEW} more` : names.join(", ");

/** New classes, one or a pasted list, as one operation. */
export const AddDialog = ({
  all,
  changes,
  onClose,
}: {
  all: readonly ProjectClass[];
  changes: ClassChanges;
  onClose: () => void;
}) => {
  const [text, setText] = useState("");
  const [problem, setProblem] = useState<string | null>(null);
  const { names, known, tooLong } = readPasted(
    text,
    all.map(({ name }) => name),
  );
  const add = () => {
    if (names.length === 0) return;
    changes.mutate(
      { kind: "add", names: [...names] },
      { onSuccess: onClose, onError: ({ message }) => setProblem(message) },
    );
  };
  const submit = (event: SubmitEvent) => {
    event.preventDefault();
    add();
  };
  return (
    <Modal opened onClose={onClose} title="Add classes" size={480}>
      <form onSubmit={submit}>
        <Stack gap="md">
          <Textarea
            label="Names"
            description="One per line, or one line with commas. A list can be pasted."
            rows={8}
            value={text}
            error={problem}
            data-autofocus
            onChange={(event) => {
              setText(event.currentTarget.value);
              setProblem(null);
            }}
            onKeyDown={(event) => {
              if (event.key === "Enter" && (event.ctrlKey || event.metaKey)) add();
            }}
          />
          <div className={classes.pasted} role="status">
            {known.length > 0 && <Text c="dimmed">Already there, left as they are: {named(known)}</Text>}
            {tooLong.length > 0 && (
              <Text c="dimmed">
                Left out, longer than {LONGEST} characters: {tooLong.length}
              </Text>
            )}
          </div>
          <Group justify="flex-end" gap="sm">
            <Button variant="default" onClick={onClose}>
              Cancel
            </Button>
            <Button type="submit" disabled={names.length === 0} loading={changes.isPending}>
              {names.length < 2 ? "Add class" : `Add ${names.length.toLocaleString("en")} classes`}
            </Button>
          </Group>
        </Stack>
      </form>
    </Modal>
  );
};

import { Button, TextInput } from "@mantine/core";
import { useEffect, useRef, useState } from "react";

import type { ProjectClass } from "@/store/classes";

import classes from "./classes.module.css";
import { LONGEST } from "./pasted";
import type { ClassChanges } from "./useClassChanges";

interface Props {
  about: ProjectClass;
  all: readonly ProjectClass[];
  changes: ClassChanges;
  onMerge: () => void;
}

/** The name while it is changed: Enter and leaving keep it, Escape does not. */
const Editor = ({ about, all, changes, onMerge, onDone }: Props & { onDone: () => void }) => {
  const [name, setName] = useState(about.name);
  const [problem, setProblem] = useState<string | null>(null);
  const over = useRef(false);
  const field = useRef<HTMLInputElement>(null);
  useEffect(() => field.current?.select(), []);
  const wanted = name.trim();
  const other = all.find((each) => each.id !== about.id && each.name === wanted);
  const told = other === undefined ? problem : `There is a class ${wanted} already.`;
  const finish = () => {
    over.current = true;
    onDone();
  };
  const keep = () => {
    if (over.current || other !== undefined) return;
    if (wanted === "" || wanted === about.name) {
      finish();
      return;
    }
    changes.mutate(
      { kind: "rename", id: about.id, name: wanted },
      { onSuccess: finish, onError: ({ message }) => setProblem(message) },
    );
  };
  return (
    <span className={classes.naming}>
      <TextInput
        aria-label={`Name of ${about.name}`}
        aria-invalid={told !== null}
        aria-describedby={told === null ? undefined : `class-${about.id}-problem`}
        error={told !== null}
        value={name}
        maxLength={LONGEST}
        ref={field}
        onChange={(event) => {
          setName(event.currentTarget.value);
          setProblem(null);
        }}
        onBlur={keep}
        onKeyDown={(event) => {
          if (event.key === "Enter") keep();
          if (event.key === "Escape") finish();
        }}
      />
      {told !== null && (
        <span id={`class-${about.id}-problem`} role="alert" className={classes.problem} title={told}>
          {told}
        </span>
      )}
      {other !== undefined && (
        <Button
          size="xs"
          variant="default"
          onMouseDown={(event) => event.preventDefault()}
          onClick={() => {
            finish();
            onMerge();
          }}
        >
          Merge…
        </Button>
      )}
    </span>
  );
};

/** The name of a class; a click changes it in place. */
export const NameField = ({
  editing,
  onEditing,
  ...props
}: Props & { editing: boolean; onEditing: (editing: boolean) => void }) => {
  const button = useRef<HTMLButtonElement>(null);
  const done = () => {
    onEditing(false);
    // The field is gone then, and with it the focus.
    setTimeout(() => {
      if (document.activeElement === document.body) button.current?.focus();
    });
  };
  if (editing) return <Editor {...props} onDone={done} />;
  const { name } = props.about;
  return (
    <button
      ref={button}
      type="button"
      className={classes.name}
      title={name}
      aria-label={`${name}: rename`}
      onClick={() => onEditing(true)}
    >
      {name}
    </button>
  );
};

import { ActionIcon, Menu } from "@mantine/core";
import { Link } from "@tanstack/react-router";
import { Ellipsis, GripVertical, Merge, Pencil, Trash2 } from "lucide-react";
import { useState } from "react";

import type { ProjectClass } from "@/store/classes";
import { useProject } from "@/store/hooks";
import type { Chord } from "@/store/keys/chord";

import classes from "./classes.module.css";
import { ColourField } from "./ColourField";
import { KeyField } from "./KeyField";
import { NameField } from "./NameField";
import type { ClassChanges } from "./useClassChanges";
import type { Reorder } from "./useReorder";

const Count = ({
  count,
  words,
  search,
}: {
  count: number;
  words: string;
  search: { class_id: number } | { proposed_class_id: number; state: "proposed" };
}) => {
  const { id: projectId } = useProject();
  return (
    <span role="cell" className={classes.number}>
      {count === 0 ? (
        <span className={classes.quiet}>0</span>
      ) : (
        <Link
          to="/projects/$projectId/gallery"
          params={{ projectId }}
          search={search}
          aria-label={`${count.toLocaleString("en")} ${words}: show them`}
        >
          {count.toLocaleString("en")}
        </Link>
      )}
    </span>
  );
};

/** One class, everything about it changed in place. */
export const ClassRow = ({
  about,
  all,
  chord,
  place,
  top,
  proposed,
  reorder,
  hint,
  changes,
  onMerge,
  onDelete,
}: {
  about: ProjectClass;
  all: readonly ProjectClass[];
  /** The key that it answers to; null for none. */
  chord: Chord | null;
  /** From 0, among the rows shown. */
  place: number;
  /** Pixels from the top of the list. */
  top: number;
  proposed: number;
  /** Null while only some classes are shown. */
  reorder: Reorder | null;
  hint: string;
  changes: ClassChanges;
  onMerge: () => void;
  onDelete: () => void;
}) => {
  const [renaming, setRenaming] = useState(false);
  const { id, name, label_count } = about;
  return (
    <div
      role="row"
      aria-rowindex={place + 2}
      aria-label={name}
      className={classes.row}
      data-held={reorder?.held === id}
      data-moving={reorder !== null && reorder.held !== null && reorder.held !== id}
      style={{ transform: `translateY(${top}px)` }}
    >
      <span role="cell">
        <button
          type="button"
          className={classes.grip}
          aria-label={`Move ${name}`}
          aria-describedby={hint}
          disabled={reorder === null}
          onPointerDown={(event) => reorder?.onPointerDown(id, event)}
          onPointerMove={reorder?.onPointerMove}
          onPointerUp={reorder?.onPointerUp}
          onPointerCancel={reorder?.onPointerUp}
          onKeyDown={(event) => reorder?.onKeyDown(id, event)}
          onBlur={reorder?.settle}
        >
          <GripVertical size={16} aria-hidden />
        </button>
      </span>
      <span role="cell">
        <ColourField about={about} changes={changes} />
      </span>
      <span role="cell" className={classes.nameCell}>
        <NameField
          about={about}
          all={all}
          changes={changes}
          editing={renaming}
          onEditing={setRenaming}
          onMerge={onMerge}
        />
      </span>
      <span role="cell">
        <KeyField about={about} all={all} chord={chord} changes={changes} />
      </span>
      <Count count={label_count} words={`labels of ${name}`} search={{ class_id: id }} />
      <Count
        count={proposed}
        words={`proposals of ${name}`}
        search={{ proposed_class_id: id, state: "proposed" }}
      />
      <span role="cell">
        <Menu position="bottom-end" returnFocus={!renaming}>
          <Menu.Target>
            <ActionIcon aria-label={`More about ${name}`}>
              <Ellipsis size={16} />
            </ActionIcon>
          </Menu.Target>
          <Menu.Dropdown>
            <Menu.Item leftSection={<Pencil size={16} />} onClick={() => setRenaming(true)}>
              Rename
            </Menu.Item>
            <Menu.Item leftSection={<Merge size={16} />} disabled={all.length < 2} onClick={onMerge}>
              Merge into another…
            </Menu.Item>
            <Menu.Divider />
            <Menu.Item leftSection={<Trash2 size={16} />} color="red" onClick={onDelete}>
              Delete…
            </Menu.Item>
          </Menu.Dropdown>
        </Menu>
      </span>
    </div>
  );
};

import { Button, CloseButton, Kbd, Menu, Tooltip } from "@mantine/core";
import { Check, CircleHelp, Ellipsis, SkipForward, Tags, X } from "lucide-react";
import { useMemo, useState } from "react";

import type { ProjectClass } from "@/store/classes";
import { useDrawsShapes } from "@/store/hooks";
import { classHints } from "@/store/keys/classKeys";
import { ClassSearch } from "@/ui/ClassSearch";
import { ClassHint, KeyHint } from "@/ui/KeyHint";
import { countOf } from "@/ui/words";

import type { Bulk } from "./bulk";
import { FolderDialog } from "./FolderDialog";
import classes from "./gallery.module.css";

/** So many classes have a button of their own; the others are found by name. */
const BUTTONS = 6;

export interface BulkBarProps {
  chosen: number;
  shown: number;
  all: readonly ProjectClass[];
  folders: readonly string[];
  bulk: Bulk;
  /** Where exactly one image is chosen: shows what is like it. */
  onSimilar: (() => void) | null;
  onClear: () => void;
  searching: boolean;
  onSearching: (opened: boolean) => void;
}

/** What can be done with the chosen images. It keeps its place, so that nothing moves when something is chosen. */
export const BulkBar = (props: BulkBarProps) => {
  const { chosen, shown, all, folders, bulk, onSimilar, onClear, searching, onSearching } = props;
  const drawing = useDrawsShapes();
  const [naming, setNaming] = useState(false);
  const hints = useMemo(() => classHints(all), [all]);
  if (chosen === 0) {
    return (
      <div className={classes.bulk} role="toolbar" aria-label="Chosen images">
        <span className={classes.quiet}>
          {countOf(shown, "image")} · click, <Kbd>Shift</Kbd> click or draw a frame to choose, <Kbd>Ctrl</Kbd>{" "}
          <Kbd>A</Kbd> for all
        </span>
      </div>
    );
  }
  return (
    <div className={classes.bulk} role="toolbar" aria-label="Chosen images">
      <CloseButton aria-label="Drop the selection" onClick={onClear} />
      <span className={classes.chosen} aria-live="polite">
        {chosen.toLocaleString("en")} of {countOf(shown, "image")}
      </span>
      {!drawing && (
        <div className={classes.classes}>
          {all.slice(0, BUTTONS).map((each) => (
            <Button
              key={each.id}
              variant="default"
              className={classes.classButton ?? ""}
              leftSection={<span className={classes.dot} style={{ background: each.colour }} aria-hidden />}
              rightSection={<ClassHint hint={hints.get(each.id)} />}
              onClick={() => bulk.label(each.id, each.name)}
            >
              {each.name}
            </Button>
          ))}
          <ClassSearch
            all={all}
            hints={hints}
            opened={searching}
            onOpened={onSearching}
            onChoose={({ id, name }) => bulk.label(id, name)}
          >
            <Button
              variant="default"
              leftSection={<Tags size={16} />}
              rightSection={<KeyHint>C</KeyHint>}
              onClick={() => onSearching(!searching)}
            >
              {all.length > BUTTONS ? `${all.length - BUTTONS} more` : "Class"}
            </Button>
          </ClassSearch>
        </div>
      )}
      <Tooltip
        label={
          drawing
            ? "Accept the shapes that are proposed for them (Enter)"
            : "Make labels of their proposals (Enter)"
        }
      >
        <Button variant="default" leftSection={<Check size={16} />} onClick={bulk.accept}>
          Accept
        </Button>
      </Tooltip>
      <Tooltip label="Throw their proposals away (X)">
        <Button variant="default" leftSection={<X size={16} />} onClick={bulk.reject}>
          Reject
        </Button>
      </Tooltip>
      <Menu position="top-end" withinPortal>
        <Menu.Target>
          <Button variant="default" px={8} aria-label="More for the chosen images">
            <Ellipsis size={16} />
          </Button>
        </Menu.Target>
        <Menu.Dropdown>
          <Menu.Item
            leftSection={<SkipForward size={16} />}
            rightSection={<KeyHint>S</KeyHint>}
            onClick={bulk.skip}
          >
            Skip
          </Menu.Item>
          <Menu.Item
            leftSection={<CircleHelp size={16} />}
            rightSection={<KeyHint>U</KeyHint>}
            onClick={bulk.unclear}
          >
            Mark unclear
          </Menu.Item>
          <Menu.Item rightSection={<KeyHint>O</KeyHint>} onClick={bulk.reopen}>
            Reopen
          </Menu.Item>
          <Menu.Item rightSection={<KeyHint>Del</KeyHint>} onClick={bulk.clear}>
            {drawing ? "Delete what is drawn" : "Take labels away"}
          </Menu.Item>
          <Menu.Divider />
          <Menu.Item onClick={() => bulk.split("train")}>Put in the train split</Menu.Item>
          <Menu.Item onClick={() => bulk.split("test")}>Put in the test split</Menu.Item>
          <Menu.Item onClick={() => bulk.split(null)}>Put in no split</Menu.Item>
          <Menu.Divider />
          <Menu.Item onClick={() => setNaming(true)}>Move to folder…</Menu.Item>
          {onSimilar !== null && (
            <Menu.Item rightSection={<KeyHint>M</KeyHint>} onClick={onSimilar}>
              Similar images first
            </Menu.Item>
          )}
        </Menu.Dropdown>
      </Menu>
      <FolderDialog
        opened={naming}
        count={chosen}
        folders={folders}
        onClose={() => setNaming(false)}
        onFolder={bulk.folder}
      />
    </div>
  );
};

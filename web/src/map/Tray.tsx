import { ActionIcon, Button, Group, Menu, Text, Title, Tooltip } from "@mantine/core";
import { Ellipsis, Sparkles, X } from "lucide-react";

import type { ProjectClass } from "@/store/classes";
import { useDrawsShapes } from "@/store/hooks";
import type { ImageBook } from "@/store/imageBook";
import type { ImageStates } from "@/store/imageStates";
import type { Cell } from "@/store/observable";
import type { Selection } from "@/store/selection";
import { countWords } from "@/store/selector";

import { ClassButtons } from "./ClassButtons";
import { Composition } from "./Composition";
import classes from "./map.module.css";
import { IslandFacts } from "./IslandFacts";
import type { Hovered } from "./MapPane";
import type { Chosen, Mode } from "./regions";
import { Thumbs } from "./Thumbs";
import type { Wants } from "./wants";

export interface TrayActions {
  label: (classId: number) => void;
  accept: () => void;
  reject: () => void;
  skip: () => void;
  unclear: () => void;
  clearLabels: () => void;
  similar: () => void;
  drop: () => void;
}

interface Props {
  selection: Selection | null;
  states: ImageStates;
  classList: readonly ProjectClass[];
  book: ImageBook;
  wants: Wants;
  hovered: Cell<Hovered | null>;
  focused: number | null;
  actions: TrayActions;
  onChoose: (chosen: Chosen, mode: Mode) => void;
  onToggle: (imageId: number) => void;
  onFocus: (imageId: number) => void;
}

const NothingChosen = () => (
  <div className={classes.nothing}>
    <Title order={3}>Nothing selected</Title>
    <Text c="dimmed">
      Draw around some points, or click the name of an island. Their images appear here, the odd ones first;
      click one to throw it out, then press the key of a class.
    </Text>
    <dl className={classes.hints}>
      <dt>
        <kbd>L</kbd> <kbd>R</kbd> <kbd>B</kbd>
      </dt>
      <dd>lasso, rectangle, brush</dd>
      <dt>
        <kbd>Shift</kbd> <kbd>Alt</kbd>
      </dt>
      <dd>add, take away</dd>
      <dt>
        <kbd>1</kbd>–<kbd>9</kbd>
      </dt>
      <dd>label what is selected</dd>
      <dt>
        <kbd>Ctrl</kbd> <kbd>Z</kbd>
      </dt>
      <dd>take it all back</dd>
    </dl>
  </div>
);

/** What is selected, and what to do with it. */
export const Tray = (props: Props) => {
  const {
    selection,
    states,
    classList,
    book,
    wants,
    hovered,
    focused,
    actions,
    onChoose,
    onToggle,
    onFocus,
  } = props;
  const drawing = useDrawsShapes();
  if (selection === null) {
    return (
      <aside className={classes.tray} aria-label="Selection">
        <NothingChosen />
      </aside>
    );
  }
  const count = selection.imageIds.length - selection.thrownOut.size;
  return (
    <aside className={classes.tray} aria-label="Selection">
      <header className={classes.trayHead}>
        <div>
          <Title order={2} className="tabular" aria-live="polite">
            {countWords(count)}
          </Title>
          <Text size="xs" c="dimmed" truncate>
            {selection.words}
            {selection.thrownOut.size > 0 && `, ${selection.thrownOut.size} thrown out`}
          </Text>
        </div>
        <Tooltip label="Drop the selection (Esc)">
          <ActionIcon aria-label="Drop the selection" onClick={actions.drop}>
            <X size={16} aria-hidden />
          </ActionIcon>
        </Tooltip>
      </header>
      {"island" in selection.selector && (
        <IslandFacts
          island={selection.selector.island}
          round={selection.selector.round}
          onChoose={onChoose}
        />
      )}
      <Composition selection={selection} states={states} classList={classList} />
      <Thumbs
        selection={selection}
        states={states}
        classList={classList}
        book={book}
        wants={wants}
        hovered={hovered}
        focused={focused}
        onToggle={onToggle}
        onFocus={onFocus}
      />
      <footer className={classes.trayFoot}>
        {!drawing && <ClassButtons classList={classList} onLabel={actions.label} />}
        <Group gap="sm" wrap="nowrap">
          <Button variant="default" flex={1} onClick={actions.accept}>
            Accept proposals
          </Button>
          <Tooltip label="Select images like the one last looked at (S)">
            <ActionIcon
              variant="default"
              aria-label="Select similar images"
              disabled={focused === null}
              onClick={actions.similar}
            >
              <Sparkles size={16} aria-hidden />
            </ActionIcon>
          </Tooltip>
          <MoreMenu actions={actions} />
        </Group>
      </footer>
    </aside>
  );
};

const MoreMenu = ({ actions }: { actions: TrayActions }) => (
  <Menu position="top-end">
    <Menu.Target>
      <ActionIcon variant="default" aria-label="More for the selection">
        <Ellipsis size={16} aria-hidden />
      </ActionIcon>
    </Menu.Target>
    <Menu.Dropdown>
      <Menu.Item rightSection={<kbd>X</kbd>} onClick={actions.reject}>
        Reject the proposals
      </Menu.Item>
      <Menu.Item rightSection={<kbd>Space</kbd>} onClick={actions.skip}>
        Skip
      </Menu.Item>
      <Menu.Item onClick={actions.unclear}>Mark as unclear</Menu.Item>
      <Menu.Item rightSection={<kbd>Del</kbd>} onClick={actions.clearLabels}>
        Take the labels away
      </Menu.Item>
    </Menu.Dropdown>
  </Menu>
);

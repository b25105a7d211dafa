import { Combobox, TextInput, useCombobox } from "@mantine/core";
import { useState, type ReactNode } from "react";

import classes from "./ClassSearch.module.css";
import { ClassHint } from "./KeyHint";

export interface FoundClass {
  id: number;
  name: string;
  colour: string;
}

/** Classes whose name begins with the words come first, then those that hold them. */
export const matching = <C extends FoundClass>(all: readonly C[], words: string): C[] => {
  const wanted = words.trim().toLocaleLowerCase();
  const begins = all.filter((each) => each.name.toLocaleLowerCase().startsWith(wanted));
  const holds = all.filter(
    (each) => each.name.toLocaleLowerCase().includes(wanted) && !begins.includes(each),
  );
  return [...begins, ...holds];
};

/** A class by typing some of its name: Enter takes the first. */
export const ClassSearch = ({
  all,
  hints,
  onChoose,
  opened,
  onOpened,
  children,
}: {
  all: readonly FoundClass[];
  /** The key of a class by its number. */
  hints: ReadonlyMap<number, string>;
  onChoose: (chosen: FoundClass) => void;
  opened: boolean;
  onOpened: (opened: boolean) => void;
  /** The button that opens it. */
  children: ReactNode;
}) => {
  const [words, setWords] = useState("");
  const combobox = useCombobox({
    opened,
    onOpenedChange: onOpened,
    onDropdownClose: () => {
      combobox.resetSelectedOption();
      setWords("");
    },
    onDropdownOpen: () => combobox.focusSearchInput(),
  });
  const found = matching(all, words);
  return (
    <Combobox
      store={combobox}
      width={260}
      position="top-start"
      onOptionSubmit={(id) => {
        const chosen = all.find((each) => String(each.id) === id);
        combobox.closeDropdown();
        if (chosen !== undefined) onChoose(chosen);
      }}
    >
      <Combobox.Target withAriaAttributes={false}>
        <span>{children}</span>
      </Combobox.Target>
      <Combobox.Dropdown>
        <Combobox.Search
          component={TextInput}
          value={words}
          aria-label="Name of the class"
          placeholder="Name of the class"
          onChange={(event) => {
            setWords(event.currentTarget.value);
            combobox.selectFirstOption();
          }}
        />
        <Combobox.Options className={classes.options}>
          {found.slice(0, 200).map((each, at) => (
            <Combobox.Option key={each.id} value={String(each.id)} selected={at === 0}>
              <span className={classes.option}>
                <span className={classes.dot} style={{ background: each.colour }} aria-hidden />
                {each.name}
                <ClassHint hint={hints.get(each.id)} />
              </span>
            </Combobox.Option>
          ))}
          {found.length === 0 && <Combobox.Empty>No class of that name</Combobox.Empty>}
        </Combobox.Options>
      </Combobox.Dropdown>
    </Combobox>
  );
};

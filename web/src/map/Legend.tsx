import { ActionIcon, NativeSelect, TextInput, UnstyledButton } from "@mantine/core";
import { ChevronDown, ChevronUp, Search } from "lucide-react";
import { useState } from "react";

import classes from "./map.module.css";
import { COLOURING_WORDS, COLOURINGS, type Colouring, type LegendEntry } from "./painting";

const SEARCHED_FROM = 10;

/** What the colours say; a click on an entry shows only its points at full strength. */
export const Legend = ({
  colouring,
  entries,
  highlight,
  opened,
  onColouring,
  onHighlight,
}: {
  colouring: Colouring;
  entries: readonly LegendEntry[];
  highlight: number | null;
  /** Whether the entries are shown at first. */
  opened: boolean;
  onColouring: (colouring: Colouring) => void;
  onHighlight: (group: number | null) => void;
}) => {
  const [sought, setSought] = useState("");
  const [open, setOpen] = useState(opened);
  const found = entries.filter(({ name }) => name.toLowerCase().includes(sought.trim().toLowerCase()));
  return (
    <section className={classes.legend} aria-label="Colours">
      <div className={classes.legendHead}>
        <NativeSelect
          flex={1}
          aria-label="Colour by"
          value={colouring}
          onChange={(event) => onColouring(event.currentTarget.value as Colouring)}
          data={COLOURINGS.map((each) => ({
            value: each,
            label: `Colour: ${COLOURING_WORDS[each].toLowerCase()}`,
          }))}
        />
        <ActionIcon aria-label="What the colours mean" aria-expanded={open} onClick={() => setOpen(!open)}>
          {open ? <ChevronUp size={16} aria-hidden /> : <ChevronDown size={16} aria-hidden />}
        </ActionIcon>
      </div>
      {open && entries.length >= SEARCHED_FROM && (
        <TextInput
          aria-label="Find in the legend"
          placeholder={`Find among ${entries.length}`}
          leftSection={<Search size={14} aria-hidden />}
          value={sought}
          onChange={(event) => setSought(event.currentTarget.value)}
        />
      )}
      <ul className={classes.entries}>
        {(open ? found : []).map(({ group, name, colour, count }) => (
          <li key={group}>
            <UnstyledButton
              className={classes.entry}
              aria-pressed={highlight === group}
              data-quiet={highlight !== null && highlight !== group}
              onClick={() => onHighlight(highlight === group ? null : group)}
            >
              <span className={classes.swatch} style={{ background: colour }} aria-hidden />
              <span className={classes.entryName}>{name}</span>
              <span className="tabular">{count.toLocaleString("en")}</span>
            </UnstyledButton>
          </li>
        ))}
      </ul>
    </section>
  );
};

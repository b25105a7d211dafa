import { ActionIcon, Button, Select, Slider, TextInput, Tooltip } from "@mantine/core";
import { RotateCw, Search as SearchIcon, X } from "lucide-react";
import { useEffect, useState, type ReactNode, type RefObject } from "react";

import { isFiltered, STATES, type ImageFilter } from "@/store/filters";
import type { ProjectClass } from "@/store/classes";
import { useDrawsShapes } from "@/store/hooks";

import classes from "./gallery.module.css";
import { MoreFilters } from "./MoreFilters";
import { changedFilter, LARGEST, SMALLEST, type GalleryView, type Sort } from "./search";

const STATE_WORDS = {
  new: "New",
  proposed: "Proposed",
  labelled: "Labelled",
  skipped: "Skipped",
  unclear: "Unclear",
  draft: "Draft",
} as const;

const SORT_WORDS: Record<Sort, string> = {
  id: "As imported",
  queue: "Worth looking at first",
  confidence: "Least sure first",
  similar: "Most alike first",
};

/** Typing pauses this long before the images are asked for. */
const TYPING_MS = 250;

export interface FilterBarProps {
  view: GalleryView;
  all: readonly ProjectClass[];
  folders: readonly string[];
  outdated: number;
  onView: (view: GalleryView) => void;
  onRefresh: () => void;
  searchRef: RefObject<HTMLInputElement | null>;
  children: ReactNode;
}

/** Which images, in which order, how large. */
export const FilterBar = (props: FilterBarProps) => {
  const { view, all, folders, outdated, onView, onRefresh, searchRef, children } = props;
  const { filter } = view;
  const drawing = useDrawsShapes();
  const change = (part: { [K in keyof ImageFilter]?: ImageFilter[K] | undefined }) =>
    onView({ ...view, filter: changedFilter(filter, part) });
  const named = all.map((each) => ({ value: String(each.id), label: each.name }));
  const numberOf = (value: string | null) => (value === null ? undefined : Number(value));
  return (
    <div className={classes.filters} role="search" aria-label="Filter the images">
      <PathSearch
        // Another address brings another text; typing does not.
        key={filter.path_contains === undefined ? "empty" : "set"}
        text={filter.path_contains ?? ""}
        onText={(text) => change({ path_contains: text === "" ? undefined : text })}
        inputRef={searchRef}
      />
      <Select
        w={116}
        aria-label="State"
        placeholder="Any state"
        clearable
        data={STATES.filter((value) => drawing || value !== "draft").map((value) => ({
          value,
          label: STATE_WORDS[value],
        }))}
        value={filter.state ?? null}
        onChange={(value) => change({ state: STATES.find((each) => each === value) })}
      />
      <Select
        w={132}
        aria-label="Labelled class"
        placeholder="Any class"
        clearable
        searchable
        limit={200}
        data={named}
        value={filter.class_id === undefined ? null : String(filter.class_id)}
        onChange={(value) => change({ class_id: numberOf(value) })}
      />
      <MoreFilters filter={filter} named={named} folders={folders} onChange={change} />
      {isFiltered(filter) && (
        <Tooltip label="Show all images">
          <ActionIcon aria-label="Drop all filters" onClick={() => onView({ ...view, filter: {} })}>
            <X size={16} />
          </ActionIcon>
        </Tooltip>
      )}
      <span className={classes.space} />
      {outdated > 0 && (
        <Button variant="light" leftSection={<RotateCw size={16} />} onClick={onRefresh}>
          {outdated.toLocaleString("en")} changed
        </Button>
      )}
      {children}
      <Select
        w={176}
        aria-label="Order"
        allowDeselect={false}
        data={(["id", "queue", "confidence", ...(view.to === null ? [] : ["similar"])] as Sort[]).map(
          (value) => ({
            value,
            label: SORT_WORDS[value],
          }),
        )}
        value={view.sort}
        onChange={(value) => {
          const sort = value ?? "id";
          onView({ ...view, sort, to: sort === "similar" ? view.to : null });
        }}
      />
      <Slider
        className={classes.zoom ?? ""}
        thumbLabel="Size of the pictures"
        label={null}
        size={4}
        min={SMALLEST}
        max={LARGEST}
        step={16}
        value={view.size}
        onChange={(size) => onView({ ...view, size })}
      />
    </div>
  );
};

/** Text in the path; asks once typing pauses. */
const PathSearch = ({
  text,
  onText,
  inputRef,
}: {
  text: string;
  onText: (text: string) => void;
  inputRef: RefObject<HTMLInputElement | null>;
}) => {
  const [typed, setTyped] = useState(text);
  useEffect(() => {
    if (typed === text) return;
    const timer = setTimeout(() => onText(typed), TYPING_MS);
    return () => clearTimeout(timer);
  });
  return (
    <TextInput
      ref={inputRef}
      className={classes.path ?? ""}
      aria-label="Text in the path"
      placeholder="Text in the path"
      leftSection={<SearchIcon size={16} />}
      value={typed}
      onChange={(event) => setTyped(event.currentTarget.value)}
      onKeyDown={(event) => {
        if (event.key === "Escape") event.currentTarget.blur();
      }}
    />
  );
};

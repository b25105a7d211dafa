import { Button, Popover, RangeSlider, Select, Stack, Switch, Text } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import { SlidersHorizontal } from "lucide-react";
import { useState } from "react";

import { useProject } from "@/store/hooks";
import { modelsQuery } from "@/store/models";
import type { ImageFilter } from "@/store/filters";

export interface MoreFiltersProps {
  filter: ImageFilter;
  named: { value: string; label: string }[];
  folders: readonly string[];
  onChange: (part: { [K in keyof ImageFilter]?: ImageFilter[K] | undefined }) => void;
}

const RARE = [
  "proposed_class_id",
  "min_confidence",
  "max_confidence",
  "model_id",
  "folder",
  "split",
  "suspicious",
];

/** What is asked less often: the proposal, its confidence and model, folder, split, suspicion. */
export const MoreFilters = ({ filter, named, folders, onChange }: MoreFiltersProps) => {
  const [opened, setOpened] = useState(false);
  const project = useProject();
  const models = useQuery({
    ...modelsQuery(project.id),
    enabled: opened || filter.model_id !== undefined,
  });
  const set = RARE.filter((name) => name in filter).length - (bothEnds(filter) ? 1 : 0);
  const numberOf = (value: string | null) => (value === null ? undefined : Number(value));
  // The top folder has no name of its own.
  const places = folders.map((value) => ({ value: `/${value}`, label: value === "" ? "(top)" : value }));
  return (
    <Popover opened={opened} onChange={setOpened} width={300} position="bottom-start" trapFocus>
      <Popover.Target>
        <Button
          variant={set > 0 ? "light" : "default"}
          leftSection={<SlidersHorizontal size={16} />}
          onClick={() => setOpened(!opened)}
        >
          {set > 0 ? `Filters (${set})` : "Filters"}
        </Button>
      </Popover.Target>
      <Popover.Dropdown>
        <Stack gap="sm">
          <Select
            label="Proposed class"
            placeholder="Any"
            clearable
            searchable
            limit={200}
            comboboxProps={{ withinPortal: false }}
            data={named}
            value={filter.proposed_class_id === undefined ? null : String(filter.proposed_class_id)}
            onChange={(value) => onChange({ proposed_class_id: numberOf(value) })}
          />
          <ConfidenceRange filter={filter} onChange={onChange} />
          <Select
            label="Model"
            placeholder="The one in use"
            clearable
            comboboxProps={{ withinPortal: false }}
            data={(models.data ?? []).map((each) => ({ value: String(each.id), label: each.name }))}
            value={filter.model_id === undefined ? null : String(filter.model_id)}
            onChange={(value) => onChange({ model_id: numberOf(value) })}
          />
          <Select
            label="Folder"
            placeholder="Any"
            clearable
            searchable
            limit={200}
            comboboxProps={{ withinPortal: false }}
            data={places}
            value={filter.folder === undefined ? null : `/${filter.folder}`}
            onChange={(value) => onChange({ folder: value === null ? undefined : value.slice(1) })}
          />
          <Select
            label="Split"
            placeholder="Any"
            clearable
            comboboxProps={{ withinPortal: false }}
            data={[
              { value: "train", label: "Train" },
              { value: "test", label: "Test" },
            ]}
            value={filter.split ?? null}
            onChange={(value) =>
              onChange({ split: value === "train" || value === "test" ? value : undefined })
            }
          />
          <Switch
            label="Suspicious labels only"
            description="The model in use is sure of another class"
            checked={filter.suspicious === true}
            onChange={(event) => onChange({ suspicious: event.currentTarget.checked ? true : undefined })}
          />
        </Stack>
      </Popover.Dropdown>
    </Popover>
  );
};

const bothEnds = (filter: ImageFilter): boolean =>
  filter.min_confidence !== undefined && filter.max_confidence !== undefined;

const ConfidenceRange = ({ filter, onChange }: Pick<MoreFiltersProps, "filter" | "onChange">) => {
  const from = Math.round((filter.min_confidence ?? 0) * 100);
  const to = Math.round((filter.max_confidence ?? 1) * 100);
  const [range, setRange] = useState<[number, number]>([from, to]);
  return (
    <div>
      <Text fw={500} mb={4}>
        Confidence{" "}
        <Text span c="dimmed" className="tabular">
          {range[0]} to {range[1]} %
        </Text>
      </Text>
      <RangeSlider
        thumbFromLabel="Least confidence"
        thumbToLabel="Greatest confidence"
        label={null}
        size={4}
        minRange={0}
        value={range}
        onChange={setRange}
        onChangeEnd={([low, high]) =>
          onChange({
            min_confidence: low === 0 ? undefined : low / 100,
            max_confidence: high === 100 ? undefined : high / 100,
          })
        }
      />
    </div>
  );
};

import { Group, NativeSelect, NumberInput, Text, TextInput } from "@mantine/core";
import { Search } from "lucide-react";
import { useState } from "react";

import type { DetectorOffer } from "@/store/detectors";

import { mapped, shownClasses, type Mapping } from "./detectorForm";
import classes from "./models.module.css";

const SURE = { min: 0, max: 1, step: 0.05, decimalScale: 2, clampBehavior: "strict" } as const;

/** Which of a model's classes are proposed as which of ours, and how sure it must be of each. */
export const MappingTable = ({
  offer,
  ours,
  mapping,
  threshold,
  onMapping,
  onThreshold,
}: {
  offer: DetectorOffer;
  ours: readonly string[];
  mapping: Mapping;
  threshold: number;
  onMapping: (mapping: Mapping) => void;
  onThreshold: (threshold: number) => void;
}) => {
  const [wanted, setWanted] = useState("");
  const choices = [{ value: "", label: "Left out" }, ...ours.map((name) => ({ value: name, label: name }))];
  const rows = shownClasses(offer, mapping, wanted).map((theirs) => {
    const use = mapping[theirs];
    return (
      <tr key={theirs}>
        <td>{theirs}</td>
        <td>
          <NativeSelect
            size="xs"
            aria-label={`${theirs} is proposed as`}
            data={choices}
            value={use?.ours ?? ""}
            onChange={({ currentTarget }) => onMapping(mapped(mapping, theirs, currentTarget.value))}
          />
        </td>
        <td>
          {use !== undefined && (
            <NumberInput
              {...SURE}
              size="xs"
              aria-label={`How sure it must be of ${theirs}`}
              placeholder={threshold.toFixed(2)}
              value={use.threshold ?? ""}
              onChange={(value) =>
                onMapping({
                  ...mapping,
                  [theirs]: { ...use, threshold: value === "" ? null : Number(value) },
                })
              }
            />
          )}
        </td>
      </tr>
    );
  });
  return (
    <div>
      <Group justify="space-between" align="flex-end" mb="xs">
        <TextInput
          aria-label="Find one of its classes"
          placeholder="Find one of its classes"
          leftSection={<Search size={16} />}
          value={wanted}
          onChange={({ currentTarget }) => setWanted(currentTarget.value)}
        />
        <NumberInput
          {...SURE}
          w={176}
          label="At least this sure"
          value={threshold}
          onChange={(value) => onThreshold(Number(value))}
        />
      </Group>
      <div className={classes.mapping}>
        <table>
          <thead>
            <tr>
              <th>Its class</th>
              <th>Yours</th>
              <th>At least this sure</th>
            </tr>
          </thead>
          <tbody>{rows}</tbody>
        </table>
      </div>
      <Text c="dimmed" size="xs" mt="xs" role="status">
        {Object.keys(mapping).length.toLocaleString("en")} of its{" "}
        {offer.class_names.filter((name) => name !== "").length.toLocaleString("en")} classes proposed.
      </Text>
    </div>
  );
};

import { SegmentedControl, Select, Stack, Switch, Text } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import { useState } from "react";

import type { ImageSource } from "@/store/imports";
import { formatsQuery } from "@/store/projects";

import { DropZone } from "./DropZone";
import { FolderPicker } from "./FolderPicker";
import { lastPart } from "./lastPart";

type Way = "folder" | "upload" | "later";

const WAYS = [
  { value: "folder", label: "Folder on this machine" },
  { value: "upload", label: "Upload" },
  { value: "later", label: "Later" },
];

/** Labels that come with the images, and what they are written in. */
const LabelsField = ({
  source,
  onChange,
}: {
  source: ImageSource;
  onChange: (source: ImageSource) => void;
}) => {
  const { data: formats } = useQuery({ ...formatsQuery(), enabled: source.labels });
  return (
    <>
      <Switch
        label="These images have labels already"
        description="Folders named like classes, COCO, YOLO, Pascal VOC, CSV and others: the format is found by itself."
        checked={source.labels}
        onChange={(event) => onChange({ ...source, labels: event.currentTarget.checked })}
      />
      {source.labels && (
        <Select
          label="Format"
          placeholder="Find it by itself"
          clearable
          value={source.format}
          onChange={(format) => onChange({ ...source, format })}
          data={(formats ?? []).map(({ name, title }) => ({ value: name, label: title }))}
        />
      )}
    </>
  );
};

/** Where the images come from. `onChange` also gives the name of their folder, for the project's. */
export const ImagesField = ({
  source,
  onChange,
  canWait,
}: {
  source: ImageSource | null;
  onChange: (source: ImageSource | null, folder: string | null) => void;
  /** Whether images may come later. */
  canWait: boolean;
}) => {
  const [way, setWay] = useState<Way>("folder");
  const labels = source?.labels ?? false;
  const format = source?.format ?? null;
  const choose = (next: string) => {
    setWay(next as Way);
    onChange(null, null);
  };
  return (
    <Stack gap="sm">
      <div>
        <Text fw={500} mb={4} id="images-from">
          Images
        </Text>
        <SegmentedControl
          aria-labelledby="images-from"
          data={canWait ? WAYS : WAYS.filter(({ value }) => value !== "later")}
          value={way}
          onChange={choose}
        />
      </div>
      {way === "folder" && (
        <FolderPicker
          chosen={source?.kind === "folder" ? source.path : null}
          onChoose={(path, labelled) =>
            onChange(
              path === null ? null : { kind: "folder", path, labels: labels || labelled, format },
              path && lastPart(path),
            )
          }
        />
      )}
      {way === "upload" && (
        <DropZone
          files={source?.kind === "upload" ? source.files : []}
          onFiles={(files, name) => onChange({ kind: "upload", files, labels, format }, name)}
        />
      )}
      {source !== null && <LabelsField source={source} onChange={(next) => onChange(next, null)} />}
    </Stack>
  );
};

import { Button, Skeleton, Text, UnstyledButton } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import { ArrowUp, Check, FileText, Folder } from "lucide-react";
import { useState } from "react";

import { isArchive } from "@/store/droppedFiles";
import { placesQuery, type Place } from "@/store/imports";
import { countOf } from "@/ui/words";

import { lastPart } from "./lastPart";
import classes from "./pickers.module.css";

const imagesIn = (count: number | null): string =>
  count === null ? "" : count === 0 ? "no images" : countOf(count, "image");

const Rows = ({
  place,
  models,
  chosen,
  onOpen,
  onFile,
}: {
  place: Place;
  models: boolean;
  chosen: string | null;
  onOpen: (path: string) => void;
  onFile: (path: string) => void;
}) => {
  if (place.folders.length === 0 && place.files.length === 0)
    return (
      <Text c="dimmed" p="sm">
        No folders in here.
      </Text>
    );
  return (
    <ul className={classes.rows}>
      {place.files.map((path) => (
        <li key={path}>
          <UnstyledButton className={classes.row} aria-pressed={path === chosen} onClick={() => onFile(path)}>
            {path === chosen ? <Check size={16} aria-hidden /> : <FileText size={16} aria-hidden />}
            <span className={classes.name}>{lastPart(path)}</span>
            <span className={classes.count}>{models ? "model" : isArchive(path) ? "zip" : "labels"}</span>
          </UnstyledButton>
        </li>
      ))}
      {place.folders.map((folder) => (
        <li key={folder.path}>
          <UnstyledButton className={classes.row} onClick={() => onOpen(folder.path)}>
            <Folder size={16} aria-hidden />
            <span className={classes.name}>{folder.name}</span>
            <span className={`${classes.count ?? ""} tabular`}>{models ? "" : imagesIn(folder.images)}</span>
          </UnstyledButton>
        </li>
      ))}
    </ul>
  );
};

/**
 * Walks the folders that the server was allowed to read. The folder that is open is the chosen one, with everything
 * below it; or a file in it: labels, with the images that they name, or a zip. With `models` only an ONNX file can be chosen.
 */
export const FolderPicker = ({
  models = false,
  chosen,
  onChoose,
}: {
  models?: boolean;
  chosen: string | null;
  onChoose: (path: string | null, labelled: boolean) => void;
}) => {
  const [path, setPath] = useState<string | null>(null);
  const { data: place, error } = useQuery({
    ...placesQuery(path, models),
    placeholderData: (before) => before,
  });
  const open = (next: string | null) => {
    setPath(next);
    onChoose(models ? null : next, false);
  };
  if (error !== null) return <Text c="dimmed">{error.message}</Text>;
  if (place === undefined) return <Skeleton h={200} />;
  return (
    <div className={classes.picker}>
      <div className={classes.here}>
        <Button
          variant="subtle"
          color="gray"
          size="xs"
          leftSection={<ArrowUp size={14} aria-hidden />}
          disabled={path === null}
          onClick={() => open(place.parent)}
        >
          Up
        </Button>
        <span className={classes.path} title={place.path ?? undefined}>
          <bdi>{place.path ?? "Folders of this machine"}</bdi>
        </span>
        {chosen !== null && (
          <span className={classes.chosen} role="status">
            <Check size={14} aria-hidden /> {chosen === place.path ? "This folder" : lastPart(chosen)}
          </span>
        )}
      </div>
      <div className={classes.list}>
        <Rows
          place={place}
          models={models}
          chosen={chosen}
          onOpen={open}
          onFile={(file) => onChoose(file, !isArchive(file))}
        />
      </div>
    </div>
  );
};

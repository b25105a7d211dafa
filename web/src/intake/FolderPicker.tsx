import { Button, Skeleton, Text, UnstyledButton } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import { ArrowUp, Folder, FolderCheck } from "lucide-react";
import { useState } from "react";

import { placesQuery, type Place } from "@/store/imports";
import { countOf } from "@/ui/words";

import classes from "./pickers.module.css";

const imagesIn = (count: number | null): string =>
  count === null ? "" : count === 0 ? "no images" : countOf(count, "image");

const Rows = ({ place, onOpen }: { place: Place; onOpen: (path: string) => void }) => {
  if (place.folders.length === 0)
    return (
      <Text c="dimmed" p="sm">
        No folders in here.
      </Text>
    );
  return (
    <ul className={classes.rows}>
      {place.folders.map((folder) => (
        <li key={folder.path}>
          <UnstyledButton className={classes.row} onClick={() => onOpen(folder.path)}>
            <Folder size={16} aria-hidden />
            <span className={classes.name}>{folder.name}</span>
            <span className={`${classes.count ?? ""} tabular`}>{imagesIn(folder.images)}</span>
          </UnstyledButton>
        </li>
      ))}
    </ul>
  );
};

/** Walks the folders that the server was allowed to read, and chooses one with everything below it. */
export const FolderPicker = ({
  chosen,
  onChoose,
}: {
  chosen: string | null;
  onChoose: (path: string | null) => void;
}) => {
  const [path, setPath] = useState<string | null>(null);
  const { data: place, error } = useQuery({ ...placesQuery(path), placeholderData: (before) => before });
  const open = (next: string | null) => {
    setPath(next);
    onChoose(null);
  };
  if (error !== null) return <Text c="dimmed">{error.message}</Text>;
  if (place === undefined) return <Skeleton h={200} />;
  const isChosen = chosen !== null && chosen === place.path;
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
        {path !== null && (
          <Button
            size="xs"
            variant={isChosen ? "light" : "default"}
            leftSection={isChosen ? <FolderCheck size={14} aria-hidden /> : null}
            onClick={() => onChoose(place.path)}
          >
            {isChosen ? "Chosen" : "Take this folder"}
          </Button>
        )}
      </div>
      <div className={classes.list}>
        <Rows place={place} onOpen={open} />
      </div>
    </div>
  );
};

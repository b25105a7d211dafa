import { Button, Group, Loader, Text } from "@mantine/core";
import { FolderUp } from "lucide-react";
import { useRef, useState, type DragEvent } from "react";

import { filesOfDrop, filesOfInput, isArchive, isWanted, nameOf } from "@/store/droppedFiles";
import type { UploadFile } from "@/store/upload";
import { sayProblem } from "@/ui/toasts";
import { bytes, countOf } from "@/ui/words";

import classes from "./pickers.module.css";

const sizeOf = (files: readonly UploadFile[]): number => files.reduce((sum, { blob }) => sum + blob.size, 0);

/** Takes folders with thousands of files, dropped or chosen. */
export const DropZone = ({
  files,
  onFiles,
}: {
  files: readonly UploadFile[];
  onFiles: (files: readonly UploadFile[], name: string) => void;
}) => {
  const folderInput = useRef<HTMLInputElement>(null);
  const fileInput = useRef<HTMLInputElement>(null);
  const [over, setOver] = useState(false);
  const [reading, setReading] = useState(false);
  // Whether labels are wanted is asked after the drop, so files that may hold them are kept.
  const take = (found: readonly UploadFile[]) => {
    const wanted = found.filter(({ path }) => isWanted(path, true));
    if (wanted.length > 0) onFiles(wanted, nameOf(wanted));
  };
  const drop = (event: DragEvent) => {
    event.preventDefault();
    setOver(false);
    setReading(true);
    filesOfDrop(event.dataTransfer.items)
      .then(take, sayProblem)
      .finally(() => setReading(false));
  };
  const archives = files.filter(({ path }) => isArchive(path)).length;
  const images = files.filter(({ path }) => isWanted(path, false)).length - archives;
  const counts = [
    ...(images > 0 || archives === 0 ? [countOf(images, "image")] : []),
    ...(archives > 0 ? [countOf(archives, "zip archive")] : []),
  ].join(" and ");
  return (
    <div
      className={classes.zone}
      data-over={over}
      onDragOver={(event) => {
        event.preventDefault();
        setOver(true);
      }}
      onDragLeave={() => setOver(false)}
      onDrop={drop}
    >
      {reading ? <Loader /> : <FolderUp size={24} strokeWidth={1.5} aria-hidden />}
      <Text aria-live="polite">
        {files.length === 0
          ? "Drop folders, images or a zip here"
          : `${counts}, ${bytes(sizeOf(files))}. Drop again to choose others.`}
      </Text>
      {archives > 0 && (
        <Text c="dimmed" size="xs">
          An archive is unpacked by the server and imported like a folder; what cannot be taken is told by the
          job.
        </Text>
      )}
      <Group gap="sm">
        <Button size="xs" variant="default" onClick={() => folderInput.current?.click()}>
          Choose a folder
        </Button>
        <Button size="xs" variant="default" onClick={() => fileInput.current?.click()}>
          Choose images or a zip
        </Button>
      </Group>
      <input
        ref={folderInput}
        type="file"
        hidden
        multiple
        aria-label="A folder of images"
        data-testid="folder-input"
        {...{ webkitdirectory: "" }}
        onChange={(event) => take(filesOfInput(event.currentTarget.files))}
      />
      <input
        ref={fileInput}
        type="file"
        hidden
        multiple
        accept="image/*,.zip"
        aria-label="Images or a zip"
        data-testid="file-input"
        onChange={(event) => take(filesOfInput(event.currentTarget.files))}
      />
    </div>
  );
};

import { Button, Group, Modal, Skeleton, Stack, Text } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import { useState } from "react";

import { bringImages, previewQuery, type ImagePreviewSource, type ImageSource } from "@/store/imports";
import { say, sayProblem } from "@/ui/toasts";
import { countOf } from "@/ui/words";

import { ImagesField } from "./ImagesField";
import classes from "./pickers.module.css";
import { sayRefused } from "./sayRefused";

const CLASSES_SHOWN = 8;

/** What an import from a folder would find, before anything is done. */
const Preview = ({ projectId, source }: { projectId: number; source: ImagePreviewSource }) => {
  const { data, error } = useQuery(previewQuery(projectId, source.path, source.format));
  if (error !== null) return <Text c="var(--danger)">{error.message}</Text>;
  if (data === undefined) return <Skeleton h={56} role="status" aria-label="Looking at the folder" />;
  const drawn = Object.entries(data.shapes).filter(([, count]) => count > 0);
  const found = drawn.length > 0 ? drawn : Object.entries(data.classes);
  const what = drawn.length > 0 ? `Shapes in ${countOf(data.labelled, "image")}` : "Labels";
  const some = found.slice(0, CLASSES_SHOWN).map(([name, count]) => `${name} ${count.toLocaleString("en")}`);
  const more = found.length > CLASSES_SHOWN ? ` and ${found.length - CLASSES_SHOWN} more` : "";
  return (
    <div className={classes.preview}>
      <Text>
        {countOf(data.images, "image")}
        {data.known > 0 && `, ${data.known.toLocaleString("en")} of them here already`}
        {data.refused_count > 0 && `; ${countOf(data.refused_count, "file")} cannot be taken`}
      </Text>
      {source.labels && (
        <Text c="dimmed" size="xs">
          {data.labelled === 0 ? "No labels found." : `${what}: ${some.join(", ")}${more}.`} {data.reason}
        </Text>
      )}
      {source.labels &&
        Object.entries(data.mended).map(([told, count]) => (
          <Text key={told} c="dimmed" size="xs">
            {told} ({count.toLocaleString("en")})
          </Text>
        ))}
      {data.refused.slice(0, 3).map(({ path, reason }) => (
        <Text key={path} c="dimmed" size="xs">
          {path}: {reason}
        </Text>
      ))}
    </div>
  );
};

/** More images for a project: from a folder or by upload, with a look at what is there first. */
const AddImages = ({ projectId, onClose }: { projectId: number; onClose: () => void }) => {
  const [source, setSource] = useState<ImageSource | null>(null);
  const add = () => {
    if (source === null) return;
    bringImages(projectId, source).then(sayRefused, sayProblem);
    say("Images are on their way; the gallery fills while they come.");
    onClose();
  };
  return (
    <Modal opened onClose={onClose} title="Add images" size={640} closeOnClickOutside={false}>
      <Stack gap="md">
        <ImagesField source={source} onChange={setSource} canWait={false} />
        {source?.kind === "folder" && <Preview projectId={projectId} source={source} />}
        <Group justify="flex-end" gap="sm">
          <Button variant="default" onClick={onClose}>
            Cancel
          </Button>
          <Button disabled={source === null} onClick={add}>
            Add images
          </Button>
        </Group>
      </Stack>
    </Modal>
  );
};

export default AddImages;

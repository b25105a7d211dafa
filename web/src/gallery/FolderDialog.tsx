import { Autocomplete, Button, Group, Modal, Stack } from "@mantine/core";
import { useState, type SubmitEvent } from "react";

import { countOf } from "@/ui/words";

/** Asks for the folder that the chosen images shall belong to; files stay where they are. */
export const FolderDialog = ({
  opened,
  count,
  folders,
  onClose,
  onFolder,
}: {
  opened: boolean;
  count: number;
  folders: readonly string[];
  onClose: () => void;
  onFolder: (folder: string) => void;
}) => {
  const [folder, setFolder] = useState("");
  const move = (event: SubmitEvent) => {
    event.preventDefault();
    onFolder(folder.trim());
    onClose();
  };
  return (
    <Modal opened={opened} onClose={onClose} title={`Move ${countOf(count, "image")} to a folder`}>
      <form onSubmit={move}>
        <Stack gap="md">
          <Autocomplete
            label="Folder"
            description="A folder of the project; the files themselves stay where they are. Empty: the top."
            data={[...new Set(folders)].filter((each) => each !== "")}
            limit={50}
            value={folder}
            onChange={setFolder}
            data-autofocus
          />
          <Group justify="flex-end" gap="sm">
            <Button variant="default" onClick={onClose}>
              Cancel
            </Button>
            <Button type="submit">Move</Button>
          </Group>
        </Stack>
      </form>
    </Modal>
  );
};

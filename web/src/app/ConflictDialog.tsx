import { Button, Group, Modal, Stack, Text } from "@mantine/core";

import { useSession } from "@/store/hooks";
import { useObservable } from "@/store/observable";

/** Somebody changed an image meanwhile: both versions, and a choice. One conflict at a time. */
export const ConflictDialog = () => {
  const { journal } = useSession();
  const [conflict] = useObservable(journal.status).conflicts;
  if (conflict === undefined) return null;
  const resolve = (choice: "mine" | "theirs") => void journal.resolve(conflict.key, choice);
  return (
    <Modal
      opened
      onClose={() => undefined}
      withCloseButton={false}
      closeOnEscape={false}
      title="Changed elsewhere meanwhile"
    >
      <Stack gap="md">
        <Text>{conflict.problem?.message}</Text>
        <Text c="dimmed">Yours: {conflict.words}</Text>
        <Group justify="flex-end" gap="sm">
          <Button variant="default" onClick={() => resolve("theirs")}>
            Keep what is there
          </Button>
          <Button onClick={() => resolve("mine")}>Put mine in place</Button>
        </Group>
      </Stack>
    </Modal>
  );
};

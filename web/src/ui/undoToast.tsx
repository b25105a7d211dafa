/** A short message with a way back. */
import { Button, Group, Text } from "@mantine/core";
import { notifications } from "@mantine/notifications";

/** Long enough to read what was done and to reach the button. */
const STAYS_MS = 10_000;

/** Says that something was done, with a button that takes it back. A message with the same `about` replaces it. */
export const sayWithUndo = (message: string, about: string, undo: () => void): void => {
  notifications.hide(about);
  notifications.show({
    id: about,
    withBorder: true,
    color: "graft",
    autoClose: STAYS_MS,
    message: (
      <Group gap="md" justify="space-between" wrap="nowrap">
        <Text lineClamp={2}>{message}</Text>
        <Button
          size="xs"
          variant="default"
          flex="none"
          onClick={() => {
            notifications.hide(about);
            undo();
          }}
        >
          Undo
        </Button>
      </Group>
    ),
  });
};

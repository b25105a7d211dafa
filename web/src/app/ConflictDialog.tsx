import { Button, Group, Modal, Stack, Text } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";

import type { Gesture } from "@/store/gesture";
import { useSession } from "@/store/hooks";
import { pictureUrl } from "@/store/imageBook";
import { classListQuery } from "@/store/classes";
import { useObservable } from "@/store/observable";
import { ago } from "@/ui/words";

import classes from "./ConflictDialog.module.css";
import { conflictFacts } from "./conflictFacts";

const Versions = ({ conflict }: { conflict: Gesture }) => {
  const { data: known = [] } = useQuery(classListQuery(conflict.project_id));
  const { there, hash } = conflictFacts(conflict.problem?.detail ?? null, known);
  return (
    <div className={classes.versions}>
      {hash !== null && <img className={classes.picture} src={pictureUrl(hash, 256)} alt="" />}
      <dl className={classes.facts}>
        <dt>There now</dt>
        <dd>{there}</dd>
        <dt>Yours, {ago(conflict.made_at)}</dt>
        <dd>{conflict.words}</dd>
      </dl>
    </div>
  );
};

/** Somebody changed an image meanwhile: both versions, and a choice. One conflict at a time. */
export const ConflictDialog = () => {
  const { journal } = useSession();
  const [conflict, ...more] = useObservable(journal.status).conflicts;
  if (conflict === undefined) return null;
  const resolve = (choice: "mine" | "theirs") => void journal.resolve(conflict.key, choice);
  return (
    <Modal
      key={conflict.key}
      opened
      onClose={() => undefined}
      withCloseButton={false}
      closeOnEscape={false}
      closeOnClickOutside={false}
      title="This image was changed elsewhere meanwhile"
      size={520}
    >
      <Stack gap="md">
        <Versions conflict={conflict} />
        <Group justify="flex-end" gap="sm">
          {more.length > 0 && (
            <Text c="dimmed" mr="auto">
              {more.length} more to decide
            </Text>
          )}
          <Button variant="default" onClick={() => resolve("theirs")} data-autofocus>
            Keep what is there
          </Button>
          <Button onClick={() => resolve("mine")}>Put mine in place</Button>
        </Group>
      </Stack>
    </Modal>
  );
};

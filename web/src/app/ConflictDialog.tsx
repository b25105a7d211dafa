import { Button, Group, Modal, Stack, Text } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";

import type { Gesture } from "@/store/gesture";
import { useSession } from "@/store/hooks";
import { pictureUrl } from "@/store/imageBook";
import { classListQuery } from "@/store/classes";
import { detailsQuery } from "@/store/images";
import { ofOneImage } from "@/store/journal";
import { useObservable } from "@/store/observable";
import { ago } from "@/ui/words";

import classes from "./ConflictDialog.module.css";
import { conflictFacts } from "./conflictFacts";

/** `own`: the gestures that are decided together. */
const Versions = ({ conflict, own }: { conflict: Gesture; own: readonly Gesture[] }) => {
  const { data: known = [] } = useQuery(classListQuery(conflict.project_id));
  const { there, hash: told } = conflictFacts(conflict.problem?.detail ?? null, known);
  const [imageId = 0] = conflict.image_ids;
  const asked = useQuery(detailsQuery(conflict.project_id, told === null ? imageId : 0)).data;
  const hash = told ?? asked?.content_hash ?? null;
  return (
    <div className={classes.versions}>
      {hash !== null && <img className={classes.picture} src={pictureUrl(hash, 256)} alt="" />}
      <dl className={classes.facts}>
        <dt>There now</dt>
        <dd>{there}</dd>
        <dt>Yours, {ago(conflict.made_at)}</dt>
        {own.map(({ key, words }) => (
          <dd key={key}>{words}</dd>
        ))}
      </dl>
    </div>
  );
};

/** Somebody changed an image meanwhile: both versions, and a choice. One conflict at a time. */
export const ConflictDialog = () => {
  const { journal } = useSession();
  const { conflicts } = useObservable(journal.status);
  const [conflict] = conflicts;
  if (conflict === undefined) return null;
  const own = conflicts.filter((each) => each === conflict || ofOneImage(each, conflict));
  const more = conflicts.length - own.length;
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
        <Versions conflict={conflict} own={own} />
        <Group justify="flex-end" gap="sm">
          {more > 0 && (
            <Text c="dimmed" mr="auto">
              {more} more to decide
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

import { Button, Group, Modal, Select, Skeleton, Stack, Text } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import { useState } from "react";

import { classPlanQuery, type ClassEffect, type ClassWish, type ProjectClass } from "@/store/classes";
import { useProject } from "@/store/hooks";
import { Facts } from "@/ui/Facts";
import { LabelChip } from "@/ui/LabelChip";
import { sayProblem } from "@/ui/toasts";

import classes from "./classes.module.css";
import type { ClassChanges } from "./useClassChanges";

const number = (count: number) => <span className="tabular">{count.toLocaleString("en")}</span>;

/** What goes and what stays, in numbers of the server. */
const Effect = ({ effect, into }: { effect: ClassEffect; into: ProjectClass | null }) => (
  <Facts
    facts={[
      ...(into === null
        ? ([["Labels taken away", number(effect.labels_removed)]] as const)
        : ([
            [`Labels that become ${into.name}`, number(effect.labels_changed)],
            [`Labels taken away, as the image is ${into.name} already`, number(effect.labels_removed)],
          ] as const)),
      ["Proposals no longer shown", number(effect.proposals_rejected)],
      ["Images touched", number(effect.images)],
    ]}
  />
);

const Plan = ({ wish, into }: { wish: ClassWish; into: ProjectClass | null }) => {
  const { id } = useProject();
  const plan = useQuery(classPlanQuery(id, wish));
  if (plan.error !== null) return <Text role="alert">{plan.error.message}</Text>;
  if (plan.data?.effect == null)
    return <Skeleton h={76} role="status" aria-label="Finding out what would happen" />;
  return <Effect effect={plan.data.effect} into={into} />;
};

const Going = ({
  title,
  gone,
  wish,
  into,
  changes,
  verb,
  red,
  onClose,
  children,
}: {
  title: string;
  gone: ProjectClass;
  /** Null while something has to be chosen. */
  wish: ClassWish | null;
  into: ProjectClass | null;
  changes: ClassChanges;
  verb: string;
  red: boolean;
  onClose: () => void;
  children?: React.ReactNode;
}) => {
  const go = () => {
    if (wish !== null) changes.mutate(wish, { onSuccess: onClose, onError: sayProblem });
  };
  return (
    <Modal opened onClose={onClose} title={title} size={480}>
      <Stack gap="md">
        <div>
          <LabelChip name={gone.name} colour={gone.colour} proposed={false} />
        </div>
        {children}
        <div className={classes.plan} aria-live="polite">
          {wish === null ? (
            <Text c="dimmed">Choose a class to see what would happen.</Text>
          ) : (
            <Plan key={JSON.stringify(wish)} wish={wish} into={into} />
          )}
        </div>
        <Text c="dimmed">It can be taken back at any time, here and in the history.</Text>
        <Group justify="flex-end" gap="sm">
          <Button variant="default" onClick={onClose}>
            Cancel
          </Button>
          <Button
            {...(red ? { color: "red", "data-autofocus": true } : {})}
            disabled={wish === null}
            loading={changes.isPending}
            onClick={go}
          >
            {verb}
          </Button>
        </Group>
      </Stack>
    </Modal>
  );
};

/** Says what deleting a class takes away, then deletes it. */
export const DeleteDialog = ({
  gone,
  changes,
  onClose,
}: {
  gone: ProjectClass;
  changes: ClassChanges;
  onClose: () => void;
}) => (
  <Going
    title="Delete this class?"
    gone={gone}
    wish={{ kind: "delete", id: gone.id }}
    into={null}
    changes={changes}
    verb="Delete class"
    red
    onClose={onClose}
  />
);

/** Says what a merge changes, then gives the labels of a class to another. */
export const MergeDialog = ({
  all,
  gone,
  changes,
  onClose,
}: {
  all: readonly ProjectClass[];
  gone: ProjectClass;
  changes: ClassChanges;
  onClose: () => void;
}) => {
  const [chosen, setChosen] = useState<string | null>(null);
  const into = all.find((each) => String(each.id) === chosen) ?? null;
  return (
    <Going
      title="Merge this class into another"
      gone={gone}
      wish={into === null ? null : { kind: "merge", id: gone.id, into: into.id }}
      into={into}
      changes={changes}
      verb={into === null ? "Merge" : `Merge into ${into.name}`}
      red={false}
      onClose={onClose}
    >
      <Select
        label="Its labels become"
        placeholder="Name of a class"
        searchable
        limit={100}
        data-autofocus
        nothingFoundMessage="No class of that name"
        value={chosen}
        data={all
          .filter(({ id }) => id !== gone.id)
          .map(({ id, name }) => ({ value: String(id), label: name }))}
        onChange={setChosen}
      />
    </Going>
  );
};

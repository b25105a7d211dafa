import { Button, Group, Modal, Skeleton, Stack, Text } from "@mantine/core";
import { useMutation, useQuery } from "@tanstack/react-query";

import { fetchTouched, revertPlanQuery, type Operation, type RevertPlan } from "@/store/history";
import { useProject } from "@/store/hooks";
import { sayProblem } from "@/ui/toasts";
import { sayWithUndo } from "@/ui/toasts";
import { ago, countOf } from "@/ui/words";

import classes from "./history.module.css";

const Overridden = ({ plan }: { plan: RevertPlan }) => (
  // A long list is scrolled by the keyboard too.
  // eslint-disable-next-line jsx-a11y/no-noninteractive-tabindex
  <div className={classes.overridden} tabIndex={0} role="region" aria-label="What is overridden">
    <Text fw={500}>
      {plan.overridden.length === 1
        ? "A later operation is overridden"
        : `${plan.overridden.length} later operations are overridden`}
    </Text>
    <ul>
      {plan.overridden.map(({ operation, image_count }) => (
        <li key={operation.id}>
          <span>{operation.summary}</span>
          <span className={classes.quiet}>
            {operation.author}, {ago(operation.made_at)} ·{" "}
            {image_count === 0 ? "its change of classes" : `on ${countOf(image_count, "image")}`}
          </span>
        </li>
      ))}
    </ul>
  </div>
);

const Plan = ({ plan }: { plan: RevertPlan }) => {
  const { image_count, overridden, reverted } = plan;
  const touches =
    image_count > 0
      ? `${countOf(image_count, "image")} ${image_count === 1 ? "goes" : "go"} back to what ${image_count === 1 ? "it was" : "they were"} before.`
      : reverted.cause === "classes"
        ? "The classes go back to what they were before. No image changes."
        : "Nothing of it is left to take back.";
  return (
    <>
      <Text>{touches}</Text>
      {overridden.length > 0 ? (
        <Overridden plan={plan} />
      ) : (
        image_count > 0 && <Text c="dimmed">No later operation is overridden.</Text>
      )}
      <Text c="dimmed">It is noted as an operation of its own, and can be taken back as well.</Text>
    </>
  );
};

const isEmpty = ({ image_count, overridden, reverted }: RevertPlan): boolean =>
  image_count === 0 && overridden.length === 0 && reverted.cause !== "classes" && reverted.cause !== "revert";

/** Says what a revert takes back and what it overrides, before it is done. */
export const RevertDialog = ({ operation, onClose }: { operation: Operation; onClose: () => void }) => {
  const project = useProject();
  const plan = useQuery(revertPlanQuery(project.id, operation.id));
  const revert = useMutation({
    mutationFn: async () => {
      const touched = await fetchTouched(project.id, operation.id);
      const words = `took back "${operation.summary}"`;
      return project.perform({ kind: "revert", operation_id: operation.id }, touched, words);
    },
    onSuccess: ({ key, image_ids }) => {
      onClose();
      sayWithUndo(`Took back: ${operation.summary}`, "revert", () => {
        project
          .perform({ kind: "revert", of_key: key }, image_ids, `did again "${operation.summary}"`)
          .catch(sayProblem);
      });
    },
    onError: sayProblem,
  });
  return (
    <Modal opened onClose={onClose} title="Revert this operation?" size={520}>
      <Stack gap="md">
        <Text fw={500}>{operation.summary}</Text>
        <div className={classes.plan} aria-live="polite">
          {plan.error !== null ? (
            <Text role="alert">{plan.error.message}</Text>
          ) : plan.data === undefined ? (
            <>
              <Skeleton h={20} w="60%" />
              <Skeleton h={20} w="40%" />
              <Skeleton h={20} w="80%" />
            </>
          ) : (
            <Plan plan={plan.data} />
          )}
        </div>
        <Group justify="flex-end" gap="sm">
          <Button variant="default" onClick={onClose}>
            Cancel
          </Button>
          <Button
            data-autofocus
            loading={revert.isPending}
            disabled={plan.data === undefined || isEmpty(plan.data)}
            onClick={() => revert.mutate()}
          >
            {plan.data !== undefined && plan.data.image_count > 0
              ? `Revert on ${countOf(plan.data.image_count, "image")}`
              : "Revert"}
          </Button>
        </Group>
      </Stack>
    </Modal>
  );
};

import { Button, Group, Text } from "@mantine/core";
import { useMutation } from "@tanstack/react-query";

import { fetchAdvice, type Advice } from "@/store/training";

import { headName } from "./headWords";
import classes from "./models.module.css";

/** Which way of training fits these images and labels, measured when asked for. */
export const AdviceBox = ({ projectId, onTake }: { projectId: number; onTake: (advice: Advice) => void }) => {
  const advise = useMutation({ mutationFn: () => fetchAdvice(projectId) });
  const { data: advice, error } = advise;
  return (
    <div className={classes.advice}>
      <Group justify="space-between" wrap="nowrap" align="flex-start">
        <div role="status">
          <Text fw={500}>{advice === undefined ? "Not sure?" : `Advice: ${headName(advice.head)}`}</Text>
          <Text c={error === null ? "dimmed" : "var(--danger)"}>
            {error?.message ??
              advice?.reason ??
              "Measures how many labels there are and how unlike the backbone's own images yours look."}
          </Text>
        </div>
        {advice === undefined ? (
          <Button variant="default" loading={advise.isPending} onClick={() => advise.mutate()}>
            Advise
          </Button>
        ) : (
          <Button variant="default" onClick={() => onTake(advice)}>
            Take it
          </Button>
        )}
      </Group>
    </div>
  );
};

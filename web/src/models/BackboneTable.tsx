import { Button, Group, Select, Skeleton, Table, Text } from "@mantine/core";
import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { useState } from "react";

import { backbonesQuery, backboneWords, startEmbedding } from "@/store/backbones";
import { jobsQuery, runningJobs } from "@/store/jobs";
import { backboneComparisonQuery } from "@/store/training";
import { IntervalBar } from "@/ui/IntervalBar";
import { say, sayProblem } from "@/ui/toasts";
import { percent } from "@/ui/words";

import classes from "./models.module.css";

/** Embeds the images with one more backbone, so that it can be compared and trained on. */
const EmbedAnother = ({ projectId, known }: { projectId: number; known: readonly string[] }) => {
  const queries = useQueryClient();
  const backbones = useQuery(backbonesQuery()).data ?? [];
  const jobs = runningJobs(useQuery(jobsQuery()).data ?? []);
  const [name, setName] = useState<string | null>(null);
  const others = backbones.filter((each) => !known.includes(each.name));
  const chosen = others.find((each) => each.name === name);
  const working = jobs.some((job) => job.kind === "embed" && job.project_id === projectId);
  const embed = useMutation({
    mutationFn: (wanted: string) => startEmbedding(projectId, wanted),
    onSuccess: (_, wanted) => say(`The images are being embedded with ${wanted}; it joins the table then.`),
    onError: sayProblem,
    onSettled: () => queries.invalidateQueries({ queryKey: ["jobs"] }),
  });
  if (others.length === 0) return null;
  return (
    <Group align="flex-end" gap="sm" pt="md">
      <Select
        flex={1}
        label="Another backbone"
        description={
          chosen === undefined
            ? "Every image goes through it once; what is labelled stays."
            : backboneWords(chosen, backbones)
        }
        placeholder="Name of a backbone"
        searchable
        data={others.map((each) => each.name)}
        value={chosen?.name ?? null}
        onChange={setName}
        renderOption={({ option }) => (
          <BackboneOption
            name={option.value}
            words={others
              .filter((each) => each.name === option.value)
              .map((each) => backboneWords(each, backbones))
              .join("")}
          />
        )}
      />
      <Button
        variant="default"
        disabled={chosen === undefined}
        loading={embed.isPending || working}
        onClick={() => chosen !== undefined && embed.mutate(chosen.name)}
      >
        Embed with it
      </Button>
    </Group>
  );
};

/** A backbone in a list to choose from. */
export const BackboneOption = ({ name, words }: { name: string; words: string }) => (
  <div>
    <Text>{name}</Text>
    <Text size="xs" c="dimmed">
      {words}
    </Text>
  </div>
);

/** How well each embedded backbone separates the labels so far, best first. */
export const BackboneTable = ({ projectId }: { projectId: number }) => {
  const { data, error } = useQuery(backboneComparisonQuery(projectId));
  if (error !== null) {
    return (
      <>
        <Text c="dimmed">{error.message}</Text>
        <EmbedAnother projectId={projectId} known={[]} />
      </>
    );
  }
  if (data === undefined) return <Skeleton h={96} role="status" aria-label="Comparing the backbones" />;
  return (
    <>
      <Table className={classes.measures} withRowBorders={false}>
        <Table.Thead>
          <Table.Tr>
            <Table.Th>Backbone</Table.Th>
            <Table.Th ta="right">Linear head</Table.Th>
            <Table.Th aria-label="Linear head, with interval" />
            <Table.Th ta="right">Nearest labels</Table.Th>
            <Table.Th aria-label="Nearest labels, with interval" />
          </Table.Tr>
        </Table.Thead>
        <Table.Tbody className="tabular">
          {data.scores.map(({ backbone, probe, neighbours }) => (
            <Table.Tr key={backbone}>
              <Table.Td>{backbone}</Table.Td>
              <Table.Td ta="right">{percent(probe.value, 1)}</Table.Td>
              <Table.Td w="25%">
                <IntervalBar measured={probe} name={`${backbone}, linear head`} />
              </Table.Td>
              <Table.Td ta="right">{percent(neighbours.value, 1)}</Table.Td>
              <Table.Td w="25%">
                <IntervalBar measured={neighbours} name={`${backbone}, nearest labels`} />
              </Table.Td>
            </Table.Tr>
          ))}
        </Table.Tbody>
      </Table>
      <Text c="dimmed">{data.recommendation.reason}</Text>
      <EmbedAnother projectId={projectId} known={data.scores.map(({ backbone }) => backbone)} />
    </>
  );
};

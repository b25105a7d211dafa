import { Skeleton, Table, Text } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";

import { backboneComparisonQuery } from "@/store/training";
import { IntervalBar } from "@/ui/IntervalBar";
import { percent } from "@/ui/words";

import classes from "./models.module.css";

/** How well each embedded backbone separates the labels so far, best first. */
export const BackboneTable = ({ projectId }: { projectId: number }) => {
  const { data, error } = useQuery(backboneComparisonQuery(projectId));
  if (error !== null) return <Text c="dimmed">{error.message}</Text>;
  if (data === undefined) return <Skeleton h={96} aria-label="Comparing the backbones" />;
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
    </>
  );
};

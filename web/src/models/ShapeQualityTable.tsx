import { Table, Text } from "@mantine/core";

import type { ShapeQuality } from "@/store/models";
import { countOf, percent } from "@/ui/words";

import classes from "./models.module.css";

/** "AP50 77.4 %, AP 21.1 %, AP75 9.3 %": the one that decides first. */
const figureWords = ({ name, figures }: ShapeQuality): string => {
  const decides = name.toLowerCase();
  const named = Object.entries(figures).sort(([a], [b]) => Number(b === decides) - Number(a === decides));
  return named.map(([key, value]) => `${key.toUpperCase()} ${percent(value, 1)}`).join(", ");
};

/** How good a model that finds shapes is: on all held-out images, and on each class, the weakest first. */
export const ShapeQualityTable = ({ quality }: { quality: ShapeQuality }) => (
  <>
    <Text className="tabular">
      {figureWords(quality)} on {countOf(quality.count, "held-out image")}.
    </Text>
    <Table className={classes.measures} withRowBorders={false}>
      <Table.Thead>
        <Table.Tr>
          <Table.Th>Class</Table.Th>
          <Table.Th ta="right">Objects</Table.Th>
          <Table.Th ta="right">{quality.name}</Table.Th>
          <Table.Th ta="right">Found</Table.Th>
          <Table.Th ta="right">Right when named</Table.Th>
        </Table.Tr>
      </Table.Thead>
      <Table.Tbody className="tabular">
        {quality.per_class
          .toSorted((a, b) => (a.figure ?? 2) - (b.figure ?? 2))
          .map(({ class_name: name, figure, found, right, support }) => (
            <Table.Tr key={name}>
              <Table.Td>{name}</Table.Td>
              <Table.Td ta="right">{support.toLocaleString("en")}</Table.Td>
              <Table.Td ta="right">{figure == null ? "none there" : percent(figure, 1)}</Table.Td>
              <Table.Td ta="right">{percent(found, 1)}</Table.Td>
              <Table.Td ta="right">{percent(right, 1)}</Table.Td>
            </Table.Tr>
          ))}
      </Table.Tbody>
    </Table>
  </>
);

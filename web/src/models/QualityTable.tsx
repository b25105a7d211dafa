import { Table, Text } from "@mantine/core";

import type { Quality } from "@/store/models";
import { IntervalBar, measuredWords } from "@/ui/IntervalBar";
import { percent } from "@/ui/words";

import classes from "./models.module.css";

/** How good a model is: on all held-out images, and on each class, the weakest first. */
export const QualityTable = ({ quality }: { quality: Quality }) => {
  const rows = [...quality.per_class].sort((a, b) => a.recall.value - b.recall.value);
  return (
    <>
      <Text>
        {measuredWords(quality.accuracy)} of {quality.accuracy.count.toLocaleString("en")} images right,
        measured on {quality.measured_on}. Confidence is off by {percent(quality.calibration_error, 1)} on
        average.
      </Text>
      <Table className={classes.measures} withRowBorders={false}>
        <Table.Thead>
          <Table.Tr>
            <Table.Th>Class</Table.Th>
            <Table.Th ta="right">Images</Table.Th>
            <Table.Th ta="right">Found</Table.Th>
            <Table.Th aria-label="Found, with interval" />
            <Table.Th ta="right">Right when named</Table.Th>
            <Table.Th aria-label="Right when named, with interval" />
          </Table.Tr>
        </Table.Thead>
        <Table.Tbody className="tabular">
          {rows.map(({ class_name: name, recall, precision, support }) => (
            <Table.Tr key={name}>
              <Table.Td>{name}</Table.Td>
              <Table.Td ta="right">{support}</Table.Td>
              <Table.Td ta="right">{percent(recall.value, 1)}</Table.Td>
              <Table.Td w="25%">
                <IntervalBar measured={recall} name={`${name}, found`} />
              </Table.Td>
              <Table.Td ta="right">{percent(precision.value, 1)}</Table.Td>
              <Table.Td w="25%">
                <IntervalBar measured={precision} name={`${name}, right when named`} />
              </Table.Td>
            </Table.Tr>
          ))}
        </Table.Tbody>
      </Table>
    </>
  );
};

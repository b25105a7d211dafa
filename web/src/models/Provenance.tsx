import { Code, Stack, Table, Text } from "@mantine/core";

import type { DetectorFacts } from "@/store/detectors";
import type { ModelDetails } from "@/store/models";
import { Facts } from "@/ui/Facts";
import { duration } from "@/ui/words";

import { headName } from "./headWords";
import classes from "./models.module.css";

/** Values of settings and versions as text. */
const shown = (value: unknown): string => {
  if (Array.isArray(value)) return value.map(shown).join(", ");
  return typeof value === "string" || typeof value === "number" ? String(value) : JSON.stringify(value);
};

const isSet = (value: unknown): boolean =>
  value !== null && value !== "" && !(Array.isArray(value) && value.length === 0);

const listed = (values: Readonly<Record<string, unknown>>): string =>
  Object.entries(values)
    .filter(([, value]) => isSet(value))
    .map(([name, value]) => `${name.replaceAll("_", " ")} ${shown(value)}`)
    .join(" · ");

/** What a model from a file is, and what becomes of its classes. */
export const DetectorProvenance = ({ model, detector }: { model: ModelDetails; detector: DetectorFacts }) => (
  <Stack gap="md">
    <Facts
      facts={[
        ["File", detector.file],
        ["Recognised", detector.sentence],
        ["Licence", detector.licence],
        ...(detector.assumed.length === 0 ? [] : [["Assumed", detector.assumed.join("; ")] as const]),
        ["Added", new Date(model.created_at).toLocaleString()],
        ["Size", `${(model.bytes / 1e6).toFixed(1)} MB`],
        ["File, SHA-256", <Code key="digest">{model.digest}</Code>],
      ]}
    />
    <Table className={classes.measures}>
      <Table.Thead>
        <Table.Tr>
          <Table.Th>Its class</Table.Th>
          <Table.Th>Proposed as</Table.Th>
          <Table.Th>At least this sure</Table.Th>
        </Table.Tr>
      </Table.Thead>
      <Table.Tbody>
        {detector.uses.map(({ index, theirs, ours, threshold }) => (
          <Table.Tr key={index}>
            <Table.Td>{theirs}</Table.Td>
            <Table.Td>{ours}</Table.Td>
            <Table.Td className="tabular">{threshold.toFixed(2)}</Table.Td>
          </Table.Tr>
        ))}
      </Table.Tbody>
    </Table>
  </Stack>
);

/** Everything that one must know to make the model again. */
export const Provenance = ({ model }: { model: ModelDetails }) => (
  <Stack gap="md">
    <Facts
      facts={[
        ["Way of training", headName(model.head, model.detector !== null)],
        ["Backbone", model.backbone],
        ["Classes", model.class_names.join(", ")],
        ["Labels", listed(model.labels) || `${model.labels_used}`],
        ["Made", new Date(model.created_at).toLocaleString()],
        ["Took", model.seconds === null ? "unknown" : duration(model.seconds)],
        ["Settings", listed(model.settings) || "all automatic"],
        ["Software", listed(model.versions)],
        ["Reads", listed(model.embedding)],
        ["Temperature", model.temperature.toFixed(3)],
        ["Size", `${(model.bytes / 1e6).toFixed(1)} MB`],
        ["Weights, SHA-256", <Code key="digest">{model.digest}</Code>],
      ]}
    />
    {model.rungs.map(({ name, kept, reason }) => (
      <Text key={name}>
        {name}: {kept ? "kept" : "not kept"}. {reason}
      </Text>
    ))}
  </Stack>
);

import { Button, Skeleton, Table, Text } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import { Link, useParams } from "@tanstack/react-router";

import { duelQuery, modelsQuery, type Differing, type ModelDuel } from "@/store/models";
import { Empty } from "@/ui/Empty";
import { IntervalBar, measuredWords, scaleStart } from "@/ui/IntervalBar";
import { Page } from "@/ui/Page";
import { Section } from "@/ui/Section";
import { countOf, percent } from "@/ui/words";

import { ImageTile, useWanted } from "./ImageTile";
import classes from "./models.module.css";

const FROM = "/projects/$projectId/models";

/** Names of the two models. */
interface Names {
  first: string;
  second: string;
}

const Accuracies = ({ duel, names }: { duel: ModelDuel; names: Names }) => {
  const { first, second } = duel;
  if (first === null || second === null) return null;
  const from = scaleStart([first, second]);
  const rows = [
    { name: names.first, measured: first },
    { name: names.second, measured: second },
  ];
  return (
    <Table className={classes.measures} withRowBorders={false}>
      <Table.Tbody className="tabular">
        {rows.map(({ name, measured }) => (
          <Table.Tr key={name}>
            <Table.Th scope="row">{name}</Table.Th>
            <Table.Td ta="right">{measuredWords(measured)}</Table.Td>
            <Table.Td w="50%">
              <IntervalBar measured={measured} from={from} name={`Accuracy of ${name}`} />
            </Table.Td>
          </Table.Tr>
        ))}
      </Table.Tbody>
    </Table>
  );
};

const PerClass = ({ duel, names }: { duel: ModelDuel; names: Names }) => (
  <Table className={classes.measures} withRowBorders={false}>
    <Table.Thead>
      <Table.Tr>
        <Table.Th>Class</Table.Th>
        <Table.Th ta="right">{names.first}</Table.Th>
        <Table.Th aria-label={`${names.first}, with interval`} />
        <Table.Th ta="right">{names.second}</Table.Th>
        <Table.Th aria-label={`${names.second}, with interval`} />
      </Table.Tr>
    </Table.Thead>
    <Table.Tbody className="tabular">
      {duel.per_class.map(({ class_name: name, first, second }) => (
        <Table.Tr key={name}>
          <Table.Td>{name}</Table.Td>
          <Table.Td ta="right">{percent(first.value, 1)}</Table.Td>
          <Table.Td w="25%">
            <IntervalBar measured={first} name={`${name}, ${names.first}`} />
          </Table.Td>
          <Table.Td ta="right">{percent(second.value, 1)}</Table.Td>
          <Table.Td w="25%">
            <IntervalBar measured={second} name={`${name}, ${names.second}`} />
          </Table.Td>
        </Table.Tr>
      ))}
    </Table.Tbody>
  </Table>
);

const Pictures = ({
  projectId,
  images,
  names,
}: {
  projectId: number;
  images: readonly Differing[];
  names: Names;
}) => {
  useWanted(
    projectId,
    images.map((each) => each.image_id),
  );
  return (
    <ul className={classes.pictures}>
      {images.map((each) => (
        <ImageTile key={each.image_id} imageId={each.image_id}>
          <span>{each.truth == null ? "No label" : `Label: ${each.truth}`}</span>
          <span className={classes.note}>
            {names.first}: {each.first}, {percent(each.first_share)}
          </span>
          <span className={classes.note}>
            {names.second}: {each.second}, {percent(each.second_share)}
          </span>
        </ImageTile>
      ))}
    </ul>
  );
};

/** Two models on the same images: how good, how different, and where. */
export const ComparePane = ({
  projectId,
  first,
  second,
}: {
  projectId: number;
  first: number;
  second: number;
}) => {
  const { projectId: inAddress } = useParams({ from: FROM });
  const { data: duel, error } = useQuery(duelQuery(projectId, first, second));
  const { data: models } = useQuery(modelsQuery(projectId));
  const nameOf = (id: number) => models?.find((model) => model.id === id)?.name ?? `model ${id}`;
  const names = { first: nameOf(first), second: nameOf(second) };
  if (error !== null) return <Empty title="These models cannot be compared">{error.message}</Empty>;
  if (duel === undefined)
    return <Skeleton h="100%" radius={0} role="status" aria-label="Comparing the models" />;
  const back = (
    <Link to={FROM} params={{ projectId: inAddress }} search={{ model: first }}>
      <Button component="span" variant="default">
        Back to {names.first}
      </Button>
    </Link>
  );
  return (
    <Page title={`${names.first} and ${names.second}`} actions={back}>
      <Section title="Quality" note={duel.measured_on}>
        <Text>{duel.verdict}</Text>
        <Accuracies duel={duel} names={names} />
      </Section>
      {duel.per_class.length > 0 && (
        <Section title="Found, by class">
          <PerClass duel={duel} names={names} />
        </Section>
      )}
      {duel.differing.length > 0 && (
        <Section
          title="Labelled images that they answer differently"
          note={countOf(duel.differing_count, "image")}
        >
          <Pictures projectId={projectId} images={duel.differing} names={names} />
        </Section>
      )}
      {duel.disputed.length > 0 && (
        <Section
          title="Images without a label that they do not agree on"
          note={
            duel.unlabelled_agree == null
              ? undefined
              : `They agree on ${percent(duel.unlabelled_agree, 1)} of ${countOf(duel.unlabelled, "image")}.`
          }
        >
          <Pictures projectId={projectId} images={duel.disputed} names={names} />
        </Section>
      )}
    </Page>
  );
};

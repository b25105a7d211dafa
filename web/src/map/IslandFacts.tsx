import { Button, Group, Text } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";

import { useProject } from "@/store/hooks";
import { islandsQuery } from "@/store/mapRounds";
import { countOf, percent } from "@/ui/words";

import classes from "./map.module.css";
import { byHand, type Chosen, type Mode } from "./regions";

/** What is known of the island that is selected, and the way to its odd ones. */
export const IslandFacts = ({
  island,
  round,
  onChoose,
}: {
  island: number;
  round: number;
  onChoose: (chosen: Chosen, mode: Mode) => void;
}) => {
  const { id } = useProject();
  const { data } = useQuery(islandsQuery(id, round));
  const facts = data?.find(({ number }) => number === island);
  if (facts === undefined) return null;
  const { odd_ones, odd_count, purity, labelled_count, proposal_count, name } = facts;
  return (
    <Group className={classes.islandFacts} justify="space-between" wrap="nowrap" gap="sm">
      <Text size="xs" c="dimmed" className="tabular">
        {countOf(labelled_count, "label")}
        {purity !== null && `, ${percent(purity)} of one class`}
        {proposal_count > 0 && `; ${countOf(proposal_count, "proposal")}`}
      </Text>
      {odd_count > 0 && (
        <Button
          size="xs"
          variant="default"
          onClick={() =>
            onChoose(
              byHand(
                odd_ones.map(({ image_id }) => image_id),
                `odd ones of "${name}"`,
              ),
              "replace",
            )
          }
        >
          Only the {odd_ones.length < odd_count ? `first ${odd_ones.length}` : odd_count} odd
        </Button>
      )}
    </Group>
  );
};

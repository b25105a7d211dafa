import { Text } from "@mantine/core";

import type { Overview } from "@/store/overview";
import { Section } from "@/ui/Section";
import { duration } from "@/ui/words";

import classes from "./overview.module.css";

const seconds = (value: number): string => `${value.toFixed(value < 10 ? 1 : 0)} s`;

/** Seconds per label and hours left, as far as they can be told. */
export const Pace = ({ pace }: { pace: Overview["pace"] }) => {
  const figures = [
    { name: "a label, one by one", value: pace.one_by_one, told: seconds },
    { name: "a label, in groups", value: pace.without, told: seconds },
    { name: "a label, with proposals", value: pace.with_proposals, told: seconds },
    {
      name: "left, one by one",
      value: pace.hours_left_one_by_one,
      told: (hours: number) => duration(hours * 3600),
    },
    {
      name: "left, with proposals",
      value: pace.hours_left_with_proposals,
      told: (hours: number) => duration(hours * 3600),
    },
  ];
  return (
    <Section title="Time">
      <dl className={`${classes.figures ?? ""} tabular`}>
        {figures.map(({ name, value, told }) =>
          value === null ? null : (
            <div key={name}>
              <dd>{told(value)}</dd>
              <dt>{name}</dt>
            </div>
          ),
        )}
      </dl>
      <Text c="dimmed">{pace.words}</Text>
    </Section>
  );
};

import { Loader, Text } from "@mantine/core";

import type { LearningCurve, Overview } from "@/store/overview";
import { CurveChart } from "@/ui/CurveChart";
import { Section } from "@/ui/Section";
import { percent } from "@/ui/words";

import classes from "./overview.module.css";

const headOf = ({ worth }: LearningCurve): string =>
  worth === null
    ? "Too early to tell whether more labels help"
    : worth
      ? "More labels are worth it"
      : "More labels will hardly help";

const Learning = ({ overview }: { overview: Overview }) => {
  const { curve, computing, curve_reason } = overview;
  if (curve === null) {
    return (
      <Section title="Is it worth more labels?">
        <Text c="dimmed">
          {computing ? <Loader size={14} mr="xs" role="status" aria-label="Working" /> : null}
          {computing ? "The learning curve is being computed." : curve_reason}
        </Text>
      </Section>
    );
  }
  return (
    <Section title={headOf(curve)} note={curve.words}>
      <CurveChart
        title="Accuracy by number of labels."
        xWords="labels"
        doubling
        points={curve.points.map(({ labels, accuracy }) => ({
          x: labels,
          value: accuracy.value,
          low: accuracy.low,
          high: accuracy.high,
          words: `${labels} labels: ${percent(accuracy.value, 1)}`,
        }))}
        later={curve.later.map(({ labels, accuracy }) => ({
          x: labels,
          value: accuracy,
          words: `${labels} labels: ${percent(accuracy, 1)} expected`,
        }))}
      />
    </Section>
  );
};

const Reached = ({ overview: { models, rounds } }: { overview: Overview }) => {
  const measured = models.filter(({ accuracy }) => accuracy !== null);
  const pure = rounds.filter(({ purity }) => purity !== null);
  if (measured.length === 0 && pure.length === 0) return null;
  const last = measured.at(-1);
  return (
    <Section
      title={
        last?.accuracy == null
          ? "Rounds so far"
          : `The last model is right on ${percent(last.accuracy.value, 1)}`
      }
      note={
        last?.accuracy == null
          ? undefined
          : `${percent(last.accuracy.low, 1)} to ${percent(last.accuracy.high, 1)} with 95 % confidence, on ${last.measured_on}`
      }
    >
      {measured.length > 1 && (
        <CurveChart
          title="Accuracy by round of training."
          xWords="round of training"
          points={measured.map(({ name, accuracy, labels_used }, at) => ({
            x: at + 1,
            value: accuracy?.value ?? 0,
            low: accuracy?.low ?? 0,
            high: accuracy?.high ?? 0,
            words: `${name}: ${percent(accuracy?.value ?? 0, 1)} from ${labels_used} labels`,
          }))}
        />
      )}
      {pure.length > 0 && (
        <ol className={`${classes.rounds ?? ""} tabular`}>
          {pure.map(({ number, embedding, purity }) => (
            <li key={number}>
              <span className={classes.quiet}>Map round {number}</span>
              <span className={classes.embedding}>{embedding}</span>
              <span>{percent(purity ?? 0)} pure</span>
            </li>
          ))}
        </ol>
      )}
    </Section>
  );
};

/** What was reached so far, and what more labels would bring. */
const Curves = ({ overview }: { overview: Overview }) => (
  <>
    <Reached overview={overview} />
    <Learning overview={overview} />
  </>
);

export default Curves;

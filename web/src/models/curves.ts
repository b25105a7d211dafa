/** Metrics of a run as the rows of its charts. Epochs are counted through all phases. */
import type { RunDetails } from "@/store/models";

type Metrics = Pick<
  RunDetails["metrics"],
  "epoch" | "loss_train" | "loss_held_out" | "accuracy_train" | "accuracy_held_out" | "per_class"
>;
export type ChartRow = Record<string, number | null>;

const pairs = (
  metrics: Metrics,
  trained: readonly number[],
  heldOut: readonly (number | null)[],
): ChartRow[] =>
  metrics.epoch.map((_epoch, at) => ({
    epoch: at + 1,
    "trained on": trained[at] ?? null,
    "held out": heldOut[at] ?? null,
  }));

export const lossRows = (metrics: Metrics): ChartRow[] =>
  pairs(metrics, metrics.loss_train, metrics.loss_held_out);

export const accuracyRows = (metrics: Metrics): ChartRow[] =>
  pairs(metrics, metrics.accuracy_train, metrics.accuracy_held_out);

/** Classes of which the fewest were found in the last epoch. */
export const weakestClasses = (metrics: Metrics, count: number): string[] =>
  [...metrics.per_class]
    .sort((a, b) => (a.recall.at(-1) ?? 1) - (b.recall.at(-1) ?? 1))
    .slice(0, count)
    .map((each) => each.class_name);

export const classRows = (metrics: Metrics, names: readonly string[]): ChartRow[] => {
  const wanted = metrics.per_class.filter((each) => names.includes(each.class_name));
  return metrics.epoch.map((_epoch, at) => ({
    epoch: at + 1,
    ...Object.fromEntries(wanted.map((each) => [each.class_name, each.recall[at] ?? null])),
  }));
};

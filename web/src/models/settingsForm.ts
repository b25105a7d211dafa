/** The form of a training: what was typed, and what of it goes to the server. */
import type { HeadKind, NewRun, TrainingSetting } from "@/store/training";

/** What stands in the fields that were touched; a field left empty is automatic. */
export type Typed = Readonly<Record<string, string | number | readonly string[]>>;

const isEmpty = (value: Typed[string] | undefined): boolean =>
  value === undefined || value === "" || (typeof value === "object" && value.length === 0);

/** The settings that have an effect with a way of training, but for the way itself. */
export const usedSettings = (settings: readonly TrainingSetting[], head: HeadKind): TrainingSetting[] =>
  settings.filter((setting) => setting.name !== "head" && setting.heads.includes(head));

/** What is sent: filled fields that have an effect. */
export const runOf = (settings: readonly TrainingSetting[], head: HeadKind, typed: Typed): NewRun => {
  const filled = usedSettings(settings, head).filter(({ name }) => !isEmpty(typed[name]));
  return { head, ...Object.fromEntries(filled.map(({ name }) => [name, typed[name]])) };
};

/** What is wrong with a field, in words; null where it is well. */
export const problemOf = (setting: TrainingSetting, value: Typed[string] | undefined): string | null => {
  if (typeof value !== "number") return null;
  const { minimum, maximum, kind } = setting;
  if (kind === "whole number" && !Number.isInteger(value)) return "A whole number";
  if (minimum !== null && value < minimum) return `At least ${minimum}`;
  if (maximum !== null && value > maximum) return `At most ${maximum}`;
  return null;
};

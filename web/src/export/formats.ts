/** Formats and their choices as people read them. */
import type { Format } from "@/store/exports";
import type { Task } from "@/store/projects";

/** Those that hold labels of a task, in the order of the server. */
export const formatsFor = (formats: readonly Format[], task: Task): readonly Format[] =>
  formats.filter(({ tasks }) => tasks.includes(task));

/** What most training programs read. */
export const usualFor = (task: Task): string => (task === "classification" ? "csv" : "coco");

/** A format that is no longer there goes by the word that chose it. */
export const titleOf = (formats: readonly Format[], name: string): string =>
  formats.find((each) => each.name === name)?.title ?? name;

export type Transfer = Format["transfers"][number];

export const TRANSFERS: readonly { value: Transfer; label: string; words: string }[] = [
  {
    value: "none",
    label: "Only named",
    words: "The labels name the image files, which stay where they are.",
  },
  {
    value: "link",
    label: "Linked",
    words: "The export links to the image files; a downloaded zip holds them.",
  },
  { value: "copy", label: "Copied", words: "The image files are copied into the export." },
];

/** What happens to the image files: as wished where the format can, else the least that it can. */
export const transferOf = ({ transfers }: Format, wished: Transfer | null): Transfer =>
  transfers.find((each) => each === wished) ??
  TRANSFERS.find(({ value }) => transfers.includes(value))?.value ??
  "copy";

/** Formats and their choices as people read them. */
import type { Format } from "@/store/exports";

const TITLES: Readonly<Record<string, string>> = {
  "hf-imagefolder": "Hugging Face image folder",
  csv: "CSV table",
  prodigy: "Prodigy JSON lines",
  coco: "COCO JSON",
  "image-folder": "Folders by class",
  folder: "Images only",
};

/** A format that came after this page goes by its own name. */
export const titleOf = (name: string): string => TITLES[name] ?? name;

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

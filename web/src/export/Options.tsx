import { SegmentedControl, Switch } from "@mantine/core";
import { useMemo, type ReactNode } from "react";

import type { ExportWish, Format } from "@/store/exports";
import { useImagesVersion, useProject } from "@/store/hooks";
import { SPLITS } from "@/store/filters";
import type { Project } from "@/store/projects";
import { countOf } from "@/ui/words";

import classes from "./export.module.css";
import { TRANSFERS, type Transfer } from "./formats";

type Split = NonNullable<ExportWish["split"]> | null;

/** How many images are in each split. */
const useSplitCounts = (): ReadonlyMap<Split, number> => {
  const { images } = useProject();
  const version = useImagesVersion();
  return useMemo(() => {
    // Before the first version there is nothing, and later ones bring other columns.
    if (version < 0) return new Map<Split, number>();
    const counted = new Map<Split, number>();
    for (const code of images.columns.splits) {
      const split = SPLITS[code] ?? null;
      counted.set(split, (counted.get(split) ?? 0) + 1);
    }
    return counted;
  }, [images, version]);
};

const Option = ({ name, words, children }: { name: string; words: string; children: ReactNode }) => (
  <div className={classes.option}>
    <span className={classes.title}>{name}</span>
    <div>{children}</div>
    <span className={classes.note}>{words}</span>
  </div>
);

/** What happens to the files, whether proposals go along, which split. */
export const Options = ({
  format,
  counts,
  transfer,
  proposals,
  split,
  onTransfer,
  onProposals,
  onSplit,
}: {
  format: Format;
  counts: Project["counts"];
  transfer: Transfer;
  proposals: boolean;
  split: Split;
  onTransfer: (transfer: Transfer) => void;
  onProposals: (proposals: boolean) => void;
  onSplit: (split: Split) => void;
}) => {
  const inSplit = useSplitCounts();
  const splits = [
    { value: "all", label: "All images" },
    ...(["train", "test"] as const).map((each) => ({
      value: each,
      label: each === "train" ? "Train split" : "Test split",
      disabled: (inSplit.get(each) ?? 0) === 0,
    })),
  ];
  return (
    <div className={classes.options}>
      <Option name="Image files" words={TRANSFERS.find(({ value }) => value === transfer)?.words ?? ""}>
        <SegmentedControl
          aria-label="Image files"
          value={transfer}
          data={TRANSFERS.map(({ value, label }) => ({
            value,
            label,
            disabled: !format.transfers.includes(value),
          }))}
          onChange={onTransfer}
        />
      </Option>
      <Option
        name="Images"
        words={
          split !== null
            ? countOf(inSplit.get(split) ?? 0, "image")
            : inSplit.has("train") || inSplit.has("test")
              ? "With their splits, where the format has a place for them."
              : "No image is in a split yet; the gallery puts images there."
        }
      >
        <SegmentedControl
          aria-label="Images"
          value={split ?? "all"}
          data={splits}
          onChange={(wanted) => onSplit(wanted === "train" || wanted === "test" ? wanted : null)}
        />
      </Option>
      <Option
        name="Proposals"
        words={
          counts.proposed === 0
            ? "No image waits with a proposal."
            : `${countOf(counts.proposed, "image")} without a label ${counts.proposed === 1 ? "has" : "have"} a proposal.`
        }
      >
        <Switch
          label="Unlabelled images get their surest proposal"
          checked={proposals}
          disabled={counts.proposed === 0}
          onChange={(event) => onProposals(event.currentTarget.checked)}
        />
      </Option>
    </div>
  );
};

import { Badge, Radio } from "@mantine/core";

import type { Format } from "@/store/exports";

import classes from "./export.module.css";

/** The formats to choose from, with what each of them keeps. */
export const FormatCards = ({
  formats,
  chosen,
  onChoose,
}: {
  formats: readonly Format[];
  chosen: string;
  onChoose: (name: string) => void;
}) => (
  <Radio.Group value={chosen} onChange={onChoose} aria-label="Format">
    <div className={classes.formats}>
      {formats.map(({ name, title, describe, lossless }) => (
        <Radio.Card key={name} value={name} className={classes.format ?? ""} aria-label={title}>
          <span className={classes.top}>
            <span className={classes.title}>{title}</span>
            <Badge size="sm" tt="none" fw={500} color={lossless ? "graft" : "gray"}>
              {lossless ? "Keeps everything" : "Keeps less"}
            </Badge>
          </span>
          <span className={classes.note}>{describe}</span>
        </Radio.Card>
      ))}
    </div>
  </Radio.Group>
);

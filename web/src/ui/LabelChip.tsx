import { sureness } from "./words";

import classes from "./LabelChip.module.css";

/** A class on a picture: a full dot for a label, a ring and the confidence for a proposal, never colour alone. */
export const LabelChip = ({
  name,
  colour,
  confidence,
  proposed,
}: {
  name: string;
  colour: string;
  /** Of a proposal, 0 to 1. */
  confidence?: number | null;
  proposed: boolean;
}) => (
  <span className={classes.chip} data-proposed={proposed}>
    <span
      className={classes.dot}
      style={proposed ? { borderColor: colour } : { borderColor: colour, background: colour }}
      aria-hidden
    />
    <span className={classes.name}>{name}</span>{" "}
    {proposed && confidence !== undefined && confidence !== null && (
      <span className={classes.share}>{sureness(confidence)}</span>
    )}
  </span>
);

import { percent } from "./words";

import classes from "./IntervalBar.module.css";

/** A measured share with its 95 % interval. */
export interface Measured {
  value: number;
  low: number;
  high: number;
  /** Images it was measured on. */
  count: number;
}

/** "96.0 % (91.2 to 98.3)" */
export const measuredWords = ({ value, low, high }: Measured): string =>
  `${percent(value, 1)} (${(100 * low).toFixed(1)} to ${(100 * high).toFixed(1)})`;

/** The lower end of a scale that shows differences between good results: 0.5, or lower where one of them is. */
export const scaleStart = (all: readonly Measured[]): number =>
  Math.floor(10 * Math.min(0.5, ...all.map(({ low }) => low))) / 10;

/** A share as a point on a line, its interval as the thick part. `from`: the value at the left end. */
export const IntervalBar = ({
  measured,
  from = 0,
  name,
}: {
  measured: Measured;
  from?: number;
  name: string;
}) => {
  const place = (share: number): string => `${(100 * Math.max(0, share - from)) / (1 - from)}%`;
  const left = place(measured.low);
  return (
    <span
      className={classes.line}
      role="img"
      aria-label={`${name}: ${measuredWords(measured)}, on ${measured.count} images`}
      title={`${measuredWords(measured)}, on ${measured.count} images`}
    >
      <span className={classes.interval} style={{ left, right: `calc(100% - ${place(measured.high)})` }} />
      <span className={classes.value} style={{ left: place(measured.value) }} />
    </span>
  );
};

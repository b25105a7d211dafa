/** Scales of charts: from values to places and the round numbers along an axis. */

export interface Scale {
  /** The place of a value, in pixels of the drawing. */
  at: (value: number) => number;
  ticks: readonly number[];
}

const STEPS = [1, 2, 2.5, 5, 10];

/** Round numbers from at most `low` to at least `high`, about `count` of them. */
export const roundTicks = (low: number, high: number, count: number): number[] => {
  const span = Math.max(high - low, Number.EPSILON);
  const rough = span / Math.max(count - 1, 1);
  const power = 10 ** Math.floor(Math.log10(rough));
  const step = (STEPS.find((each) => each * power >= rough * (1 - 1e-9)) ?? 10) * power;
  const first = Math.floor(low / step + 1e-9);
  const last = Math.ceil(high / step - 1e-9);
  // By whole numbers of steps, so that rounding errors do not add up.
  return Array.from({ length: last - first + 1 }, (_, i) => Number(((first + i) * step).toPrecision(12)));
};

/** A scale over round numbers around [low, high], drawn from `from` to `to` (pixels; to may be less than from). */
export const roundScale = (low: number, high: number, from: number, to: number, count = 5): Scale => {
  const ticks = roundTicks(low, high, count);
  const least = ticks[0] ?? low;
  const most = ticks.at(-1) ?? high;
  const span = most - least || 1;
  return { at: (value) => from + ((value - least) / span) * (to - from), ticks };
};

const DECADE = [1, 2, 5];

/** A scale where every doubling takes the same room, over 1, 2, 5, 10, 20, ... within the values; all above 0. */
export const doublingScale = (low: number, high: number, from: number, to: number): Scale => {
  const [least, span] = [Math.log(low), Math.log(high / low) || 1];
  const decades = Array.from({ length: 12 }, (_, i) => 10 ** i).flatMap((power) =>
    DECADE.map((each) => each * power),
  );
  return {
    at: (value) => from + ((Math.log(value) - least) / span) * (to - from),
    ticks: decades.filter((tick) => tick >= low && tick <= high),
  };
};

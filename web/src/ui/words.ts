/** Numbers and times as people read them. */

/** "1 change", "1,200 changes". */
export const countOf = (count: number, noun: string): string =>
  `${count.toLocaleString("en")} ${noun}${count === 1 ? "" : "s"}`;

/** 0.9234 becomes "92.3 %". */
export const percent = (share: number, digits = 0): string => `${(share * 100).toFixed(digits)} %`;

/** Confidence of a proposal in whole percent; 100 % only where nothing is left to doubt. */
export const sureness = (confidence: number): string =>
  `${confidence < 1 ? Math.min(Math.round(confidence * 100), 99) : 100} %`;

const UNITS: readonly [Intl.RelativeTimeFormatUnit, number][] = [
  ["day", 86_400],
  ["hour", 3600],
  ["minute", 60],
];

const relative = new Intl.RelativeTimeFormat("en", { numeric: "auto" });

/** "3 minutes ago". `now` for tests. */
export const ago = (iso: string, now = Date.now()): string => {
  const seconds = (Date.parse(iso) - now) / 1000;
  const [unit, size] = UNITS.find(([, each]) => Math.abs(seconds) >= each) ?? ["minute", Infinity];
  return size === Infinity ? "just now" : relative.format(Math.round(seconds / size), unit);
};

/** "12 s", "4 min", "1.5 h". */
export const duration = (seconds: number): string => {
  if (seconds < 60) return `${Math.round(seconds)} s`;
  if (seconds < 3600) return `${Math.round(seconds / 60)} min`;
  return `${(seconds / 3600).toFixed(seconds < 36_000 ? 1 : 0)} h`;
};

/** "340 kB", "1.2 GB". */
export const bytes = (count: number): string => {
  const [unit, size] = (
    [
      ["GB", 1e9],
      ["MB", 1e6],
      ["kB", 1e3],
    ] as const
  ).find(([, each]) => count >= each) ?? ["bytes", 1];
  const value = count / size;
  return `${value < 10 && size > 1 ? value.toFixed(1) : Math.round(value)} ${unit}`;
};

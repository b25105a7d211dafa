/** Colours of the points: a palette that stays apart for any number of groups, and ramps. */

export type Rgb = readonly [number, number, number];

const toByte = (linear: number): number => {
  const gamma = linear <= 0.0031308 ? 12.92 * linear : 1.055 * Math.max(linear, 0) ** (1 / 2.4) - 0.055;
  return Math.round(255 * Math.min(1, Math.max(0, gamma)));
};

/** OKLCH to sRGB bytes (Björn Ottosson 2020, "A perceptual color space for image processing"). hue in degrees. */
export const oklch = (lightness: number, chroma: number, hue: number): Rgb => {
  const a = chroma * Math.cos((hue * Math.PI) / 180);
  const b = chroma * Math.sin((hue * Math.PI) / 180);
  const l = (lightness + 0.3963377774 * a + 0.2158037573 * b) ** 3;
  const m = (lightness - 0.1055613458 * a - 0.0638541728 * b) ** 3;
  const s = (lightness - 0.0894841775 * a - 1.291485548 * b) ** 3;
  return [
    toByte(4.0767416621 * l - 3.3077115913 * m + 0.2309699292 * s),
    toByte(-1.2684380046 * l + 2.6097574011 * m - 0.3413193965 * s),
    toByte(-0.0041960863 * l - 0.7034186147 * m + 1.707614701 * s),
  ];
};

/** Colour of the group with this number: the golden angle keeps neighbours apart, three lightnesses tell near hues apart. */
export const groupColour = (number: number): Rgb =>
  oklch(
    [0.66, 0.76, 0.56][number % 3] ?? 0.66,
    [0.16, 0.13, 0.17][number % 3] ?? 0.16,
    (number * 137.508 + 145) % 360,
  );

/** From doubtful (warm) over middling to sure (cool); share is 0..1. */
export const confidenceColour = (share: number): Rgb =>
  oklch(0.72 - 0.14 * share, 0.15, 45 + 205 * Math.min(1, Math.max(0, share)));

export const hexColour = (hex: string): Rgb | null => {
  const digits = /^#([0-9a-f]{6})$/i.exec(hex)?.[1];
  if (digits === undefined) return null;
  const value = parseInt(digits, 16);
  return [value >> 16, (value >> 8) & 255, value & 255];
};

export const cssColour = ([red, green, blue]: Rgb): string => `rgb(${red} ${green} ${blue})`;

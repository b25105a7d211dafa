/** The colours offered for classes: those that the server gives in turn. */
export const CLASS_COLOURS = [
  "#4c78a8",
  "#f58518",
  "#54a24b",
  "#e45756",
  "#72b7b2",
  "#b279a2",
  "#eeca3b",
  "#9d755d",
  "#2f6db5",
  "#d6616b",
  "#8ca252",
  "#ff9da6",
  "#637939",
  "#7b4173",
  "#bd9e39",
  "#17becf",
] as const;

/** "#rrggbb" in small letters from what was typed, with or without #, three or six digits; null for anything else. */
export const readHex = (typed: string): string | null => {
  const digits = typed.trim().replace(/^#/, "").toLowerCase();
  if (/^[0-9a-f]{6}$/.test(digits)) return `#${digits}`;
  return /^[0-9a-f]{3}$/.test(digits) ? `#${digits.replace(/./g, "$&$&")}` : null;
};

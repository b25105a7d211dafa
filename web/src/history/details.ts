/** What brought an operation about, read from its detail, which the server gives as loose JSON. */
import type { Operation } from "@/store/history";
import { countOf, percent } from "@/ui/words";

type Point = readonly [number, number];

const number = (value: unknown): number | null => (typeof value === "number" ? value : null);
const text = (value: unknown): string | null => (typeof value === "string" ? value : null);

const isPoint = (value: unknown): value is Point =>
  Array.isArray(value) && value.length === 2 && value.every((each) => typeof each === "number");

export interface Details {
  /** The map's round on which images were chosen. */
  round: number | null;
  island: number | null;
  model: number | null;
  /** Corners of a lasso or rectangle, as the map has them. */
  outline: readonly Point[] | null;
  facts: readonly (readonly [name: string, words: string])[];
}

const outlineOf = ({ lasso, rectangle }: Operation["detail"]): readonly Point[] | null => {
  if (Array.isArray(lasso)) return lasso.filter(isPoint);
  if (!Array.isArray(rectangle)) return null;
  const [left, top, right, bottom] = rectangle.map(Number) as [number, number, number, number];
  return [
    [left, top],
    [right, top],
    [right, bottom],
    [left, bottom],
  ];
};

/** What is told in a line of its own each. */
const factsOf = ({ detail, image_count }: Operation): readonly (readonly [string, string])[] => {
  const threshold = number(detail.threshold);
  const right = number(detail.expected_right);
  const proposals = number(detail.proposals);
  const leftOut = Array.isArray(detail.left_out) ? detail.left_out.length : 0;
  const parts = Array.isArray(detail.add) ? detail.add.length : 0;
  const source = text(detail.source);
  const told: (readonly [string, string] | null)[] = [
    text(detail.class) === null ? null : ["Only proposals of", text(detail.class) ?? ""],
    threshold === null ? null : ["Least confidence", percent(threshold, 1)],
    right === null ? null : ["Expected to be right", percent(right, 1)],
    proposals === null ? null : ["Proposals", countOf(proposals, "proposal")],
    parts === 0 ? null : ["Selection", `joined from ${countOf(parts, "part")}`],
    leftOut === 0 ? null : ["Thrown out of it", countOf(leftOut, "image")],
    source === null ? null : ["From", source],
    text(detail.format) === null ? null : ["Format", text(detail.format) ?? ""],
    ["Images touched", image_count.toLocaleString("en")],
  ];
  return told.filter((fact) => fact !== null);
};

export const detailsOf = (operation: Operation): Details => ({
  round: number(operation.detail.round),
  island: number(operation.detail.island),
  model: number(operation.detail.model),
  outline: outlineOf(operation.detail),
  facts: factsOf(operation),
});

/** The outline in a square of `size`, as the points of an SVG polygon; the map's y grows upwards. */
export const outlinePoints = (outline: readonly Point[], size: number): string => {
  const [xs, ys] = [outline.map(([x]) => x), outline.map(([, y]) => y)];
  const [left, top] = [Math.min(...xs), Math.max(...ys)];
  const extent = Math.max(Math.max(...xs) - left, top - Math.min(...ys)) || 1;
  return outline
    .map(
      ([x, y]) => `${(((x - left) / extent) * size).toFixed(1)},${(((top - y) / extent) * size).toFixed(1)}`,
    )
    .join(" ");
};

/** What is filled in when a model is added from a file: which of its classes are ours, and how sure it must be. */
import type { DetectorOffer, Said, WantedUse } from "@/store/detectors";

export interface Mapped {
  ours: string;
  /** Null: as for the others. */
  threshold: number | null;
}

/** By the model's own class; those that are not in here are left out. */
export type Mapping = Readonly<Record<string, Mapped>>;

export const firstMapping = (offer: DetectorOffer): Mapping =>
  Object.fromEntries(offer.uses.map(({ theirs, ours }) => [theirs, { ours, threshold: null }]));

/** Its classes by number, those that are proposed first, of the others only those that are looked for. */
export const shownClasses = (offer: DetectorOffer, mapping: Mapping, wanted: string): string[] => {
  const named = [...new Set(offer.class_names.filter((name) => name !== ""))];
  const word = wanted.trim().toLowerCase();
  const others = named.filter((name) => !(name in mapping) && name.toLowerCase().includes(word));
  return [...named.filter((name) => name in mapping), ...others];
};

export const mapped = (mapping: Mapping, theirs: string, ours: string): Mapping => {
  const { [theirs]: before, ...rest } = mapping;
  return ours === "" ? rest : { ...rest, [theirs]: { ours, threshold: before?.threshold ?? null } };
};

export const usesOf = (mapping: Mapping): WantedUse[] =>
  Object.entries(mapping).map(([theirs, { ours, threshold }]) => ({ theirs, ours, threshold }));

export interface Reading {
  width: string;
  height: string;
  classes: string;
  colours: "" | "rgb" | "bgr";
  fit: "" | "stretch" | "letterbox-corner" | "letterbox-centre";
}

export const AS_RECOGNISED: Reading = { width: "", height: "", classes: "", colours: "", fit: "" };

const side = (text: string): number | null => (/^[1-9]\d{0,3}$/.test(text.trim()) ? Number(text) : null);

/** What the user says of the file; null where the size is half said, or no number. */
export const saidOf = ({ width, height, classes, colours, fit }: Reading): Said | null => {
  const sized = width.trim() !== "" || height.trim() !== "";
  const [across, down] = [side(width), side(height)];
  if (sized && (across === null || down === null)) return null;
  const names = classes.split(/\r?\n/).map((name) => name.trim());
  while (names.at(-1) === "") names.pop();
  const input = { ...(colours === "" ? {} : { bgr: colours === "bgr" }), ...(fit === "" ? {} : { fit }) };
  return {
    ...(across !== null && down !== null ? { input_px: [across, down] } : {}),
    ...(names.length === 0 ? {} : { class_names: names }),
    ...(Object.keys(input).length === 0 ? {} : { changes: { input } }),
  };
};

/** What the server told about an image that was changed meanwhile, in words. */

interface KnownClass {
  id: number;
  name: string;
}

const STATE_WORDS: Readonly<Record<string, string>> = {
  new: "no label",
  proposed: "no label, only a proposal",
  skipped: "skipped",
  unclear: "marked as unclear",
};

const isImage = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === "object" && value !== null;

/** What is drawn, counted by class: "2 dog, 1 cat"; null where the answer tells of no instances. */
const drawnThere = (
  image: Readonly<Record<string, unknown>>,
  known: readonly KnownClass[],
): string | null => {
  if (!Array.isArray(image.instances)) return null;
  const ids = image.instances.filter(isImage).map((each) => each.class_id);
  const counted = known
    .map(({ id, name }) => [ids.filter((each) => each === id).length, name] as const)
    .filter(([count]) => count > 0)
    .map(([count, name]) => `${count} ${name}`);
  const drawn = counted.length > 0 ? counted.join(", ") : "nothing is drawn";
  return image.state === "labelled" ? `${drawn}, finished` : drawn;
};

/** `there`: the image's labels, what is drawn in it, or its state; `hash`: of its picture, null where it was not told. */
export const conflictFacts = (
  detail: Readonly<Record<string, unknown>> | null,
  known: readonly KnownClass[],
): { there: string; hash: string | null } => {
  const image = detail?.current;
  if (!isImage(image)) return { there: "something else than you saw", hash: null };
  const drawn = drawnThere(image, known);
  if (drawn !== null) return { there: drawn, hash: null };
  const ids = Array.isArray(image.class_ids) ? image.class_ids : [];
  const names = known.filter(({ id }) => ids.includes(id)).map(({ name }) => name);
  const state = typeof image.state === "string" ? STATE_WORDS[image.state] : undefined;
  return {
    there: names.length > 0 ? names.join(", ") : (state ?? "a class that is new here"),
    hash: typeof image.content_hash === "string" ? image.content_hash : null,
  };
};

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

/** `there`: the image's labels or state; `hash`: of its picture, null where it was not told. */
export const conflictFacts = (
  detail: Readonly<Record<string, unknown>> | null,
  known: readonly KnownClass[],
): { there: string; hash: string | null } => {
  const image = detail?.current;
  if (!isImage(image)) return { there: "something else than you saw", hash: null };
  const ids = Array.isArray(image.class_ids) ? image.class_ids : [];
  const names = known.filter(({ id }) => ids.includes(id)).map(({ name }) => name);
  const state = typeof image.state === "string" ? STATE_WORDS[image.state] : undefined;
  return {
    there: names.length > 0 ? names.join(", ") : (state ?? "a class that is new here"),
    hash: typeof image.content_hash === "string" ? image.content_hash : null,
  };
};

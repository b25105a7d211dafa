/** One sitting at the queue: which images come, where the person is, and what was decided so far. Plain values. */

export interface SittingImage {
  readonly image_id: number;
  /** Why it is worth looking at; null for an image that was opened on its own. */
  readonly reason: string | null;
  readonly explanation: string | null;
}

export interface Sitting {
  readonly images: readonly SittingImage[];
  /** Position of the image on the screen; equals the length once the queue is worked off. */
  readonly at: number;
  /** Images decided on in this sitting, with the time of the latest decision (milliseconds). */
  readonly decided: ReadonlyMap<number, number>;
  readonly began: number;
}

export const emptySitting = (now: number): Sitting => ({ images: [], at: 0, decided: new Map(), began: now });

/** More of the queue at its end; an image that is already here is not shown again. */
export const withMore = (sitting: Sitting, more: readonly SittingImage[]): Sitting => {
  const known = new Set(sitting.images.map((each) => each.image_id));
  const fresh = more.filter((each) => !known.has(each.image_id) && known.add(each.image_id));
  return fresh.length === 0 ? sitting : { ...sitting, images: [...sitting.images, ...fresh] };
};

export const shownImage = (sitting: Sitting): SittingImage | null => sitting.images[sitting.at] ?? null;

export const movedBy = (sitting: Sitting, by: number): Sitting => ({
  ...sitting,
  at: Math.min(Math.max(sitting.at + by, 0), sitting.images.length),
});

/** To one image; it is put before the one on the screen if the sitting does not have it yet. */
export const movedTo = (sitting: Sitting, imageId: number): Sitting => {
  const at = sitting.images.findIndex((each) => each.image_id === imageId);
  if (at >= 0) return { ...sitting, at };
  const opened = { image_id: imageId, reason: null, explanation: null };
  return {
    ...sitting,
    images: [...sitting.images.slice(0, sitting.at), opened, ...sitting.images.slice(sitting.at)],
  };
};

export const withDecision = (sitting: Sitting, imageId: number, now: number): Sitting => ({
  ...sitting,
  decided: new Map(sitting.decided).set(imageId, now),
});

export const withoutDecision = (sitting: Sitting, imageId: number): Sitting => {
  const decided = new Map(sitting.decided);
  return decided.delete(imageId) ? { ...sitting, decided } : sitting;
};

/** How many images from the one on the screen are left. */
export const left = (sitting: Sitting): number => sitting.images.length - sitting.at;

/** A pause longer than this is no labelling. Milliseconds. */
const LONGEST_LOOK = 60_000;

/** Median of the times between decisions in seconds; null before the third decision. */
export const secondsPerImage = (sitting: Sitting): number | null => {
  const times = [...sitting.decided.values()].sort((a, b) => a - b);
  const looks = times.slice(1).flatMap((time, at) => {
    const look = time - (times[at] ?? time);
    return look < LONGEST_LOOK ? [look] : [];
  });
  if (looks.length < 2) return null;
  looks.sort((a, b) => a - b);
  return (looks[looks.length >> 1] ?? 0) / 1000;
};

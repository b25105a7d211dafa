import type { Wants } from "./wants";

/** As many as the tray shows at first. */
const AHEAD = 40;

export const firstInTray = (imageIds: Uint32Array): number[] => [...imageIds.subarray(0, AHEAD)];

/** Brings what the tray will show at first while the hand is still drawing, so that it is there when the hand lifts. */
export const fetchAhead = (imageIds: Uint32Array, wants: Wants): void =>
  wants.set("ahead", firstInTray(imageIds));

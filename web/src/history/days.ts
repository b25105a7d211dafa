/** Days and times of operations, in the person's own time zone. */

const DAY_MS = 86_400_000;

const dayOf = (at: Date): number => new Date(at.getFullYear(), at.getMonth(), at.getDate()).getTime();

const LONG = new Intl.DateTimeFormat("en", {
  weekday: "long",
  day: "numeric",
  month: "long",
  year: "numeric",
});
const CLOCK = new Intl.DateTimeFormat("en", { hour: "2-digit", minute: "2-digit", hourCycle: "h23" });
const EXACT = new Intl.DateTimeFormat("en", { dateStyle: "long", timeStyle: "long", hourCycle: "h23" });

/** "Today", "Yesterday", "Monday, May 4, 2026". */
export const dayWords = (iso: string, now = new Date()): string => {
  const at = new Date(iso);
  const before = Math.round((dayOf(now) - dayOf(at)) / DAY_MS);
  return before === 0 ? "Today" : before === 1 ? "Yesterday" : LONG.format(at);
};

export const clockWords = (iso: string): string => CLOCK.format(new Date(iso));

export const exactWords = (iso: string): string => EXACT.format(new Date(iso));

/** Whether two times are on the same day. */
export const isSameDay = (one: string, other: string): boolean =>
  dayOf(new Date(one)) === dayOf(new Date(other));

/**
 * Scrolling through more than a browser can: it silently cuts elements at some 17 to 33 million pixels, a million
 * pictures need more. The element is then shorter than the content. Small steps move the content pixel by pixel, big ones
 * (the scroll bar) by share; the difference of the two is the drift.
 */

/** No browser cuts an element of this height, also on screens with two or three device pixels per CSS pixel. */
export const TALLEST = 8_000_000;

export interface TallScroll {
  /** Height of the content, CSS pixels. */
  readonly content: number;
  /** Height of the view. */
  readonly view: number;
  /** scrollTop of the element. */
  readonly scrolled: number;
  /** What is to be added to `scrolled` for the top of the view in the content. */
  readonly drift: number;
}

export const elementHeight = (content: number): number => Math.min(content, TALLEST);

const reach = ({
  content,
  view,
}: Pick<TallScroll, "content" | "view">): { content: number; element: number } => ({
  content: Math.max(content - view, 0),
  element: Math.max(elementHeight(content) - view, 0),
});

/** Top of the view in the content. */
export const contentTop = (scroll: TallScroll): number => scroll.scrolled + scroll.drift;

/** The place for a wanted top of the view. */
export const scrolledTo = (content: number, view: number, top: number): TallScroll => {
  const range = reach({ content, view });
  const wanted = Math.min(Math.max(top, 0), range.content);
  const scrolled = range.content === 0 ? 0 : Math.round(wanted * (range.element / range.content));
  return { content, view, scrolled, drift: wanted - scrolled };
};

/** The place after the browser has scrolled the element to `scrolled`. */
export const scrolledBy = (before: TallScroll, scrolled: number): TallScroll => {
  const range = reach(before);
  if (range.content === range.element) return { ...before, scrolled, drift: 0 };
  const atAnEnd = scrolled <= 0 || scrolled >= range.element;
  if (Math.abs(scrolled - before.scrolled) > 2 * before.view || atAnEnd) {
    const top = (Math.min(Math.max(scrolled, 0), range.element) / range.element) * range.content;
    return { ...before, scrolled, drift: top - scrolled };
  }
  const top = Math.min(Math.max(scrolled + before.drift, 0), range.content);
  return { ...before, scrolled, drift: top - scrolled };
};

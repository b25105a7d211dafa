import { useCallback, useLayoutEffect, useRef, useState, type RefObject } from "react";

import { contentTop, scrolledBy, scrolledTo, type TallScroll } from "./tallScroll";

export interface Scrolling {
  scroller: RefObject<HTMLDivElement | null>;
  width: number;
  place: TallScroll;
  /** The browser has scrolled. */
  onScroll: () => void;
  /** Shows the content from `top` on. */
  goTo: (top: number) => void;
}

/** Size and scroll position of a view on content of any height; `heightFor` tells the height at a width. */
export const useTallScroll = (heightFor: (width: number) => number): Scrolling => {
  const scroller = useRef<HTMLDivElement>(null);
  const [width, setWidth] = useState(0);
  const [place, setPlace] = useState<TallScroll>(() => scrolledTo(0, 0, 0));
  const content = heightFor(width);

  useLayoutEffect(() => {
    const element = scroller.current;
    if (element === null) return;
    const measure = () => {
      setWidth(element.clientWidth);
      setPlace((now) => ({ ...now, view: element.clientHeight }));
    };
    measure();
    const observer = new ResizeObserver(measure);
    observer.observe(element);
    return () => observer.disconnect();
  }, []);

  const goTo = useCallback((top: number) => {
    setPlace((now) => {
      const after = scrolledTo(now.content, now.view, top);
      if (scroller.current !== null) scroller.current.scrollTop = after.scrolled;
      return after;
    });
  }, []);

  // Another height (other columns, other images): the same share of it stays on screen.
  useLayoutEffect(() => {
    setPlace((now) => {
      const share = now.content === 0 ? 0 : contentTop(now) / now.content;
      const after = scrolledTo(content, now.view, share * content);
      if (scroller.current !== null) scroller.current.scrollTop = after.scrolled;
      return after;
    });
  }, [content]);

  const onScroll = useCallback(() => {
    const scrolled = scroller.current?.scrollTop ?? 0;
    setPlace((now) => (scrolled === now.scrolled ? now : scrolledBy(now, scrolled)));
  }, []);

  return { scroller, width, place, onScroll, goTo };
};

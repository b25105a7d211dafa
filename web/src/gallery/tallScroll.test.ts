import fc from "fast-check";
import { describe, expect, it } from "vitest";

import { contentTop, elementHeight, scrolledBy, scrolledTo, TALLEST } from "./tallScroll";

const VIEW = 900;

describe("scrolling", () => {
  it("is plain where the browser can hold the height", () => {
    const after = scrolledBy(scrolledTo(50_000, VIEW, 0), 1234);
    expect(contentTop(after)).toBe(1234);
    expect(after.drift).toBe(0);
  });

  it("reaches the first and the last pixel of any content", () => {
    fc.assert(
      fc.property(fc.integer({ min: 1000, max: 300_000_000 }), (content) => {
        const start = scrolledTo(content, VIEW, content / 2);
        expect(contentTop(scrolledBy(start, 0))).toBe(0);
        expect(contentTop(scrolledBy(start, elementHeight(content) - VIEW))).toBeCloseTo(content - VIEW, 3);
      }),
    );
  });

  it("moves by the pixel under the wheel and by share under the scroll bar", () => {
    const start = scrolledTo(25_000_000, VIEW, 10_000_000);
    const wheel = scrolledBy(start, start.scrolled + 120);
    expect(contentTop(wheel) - contentTop(start)).toBe(120);
    const bar = scrolledBy(start, TALLEST / 2);
    expect(contentTop(bar) / 25_000_000).toBeCloseTo(0.5, 3);
  });

  it("never leaves the content, however it is scrolled", () => {
    const moves = fc.array(fc.integer({ min: -3000, max: 3000 }), { maxLength: 60 });
    fc.assert(
      fc.property(fc.integer({ min: 0, max: 25_000_000 }), moves, (top, steps) => {
        let place = scrolledTo(25_000_000, VIEW, top);
        for (const step of steps) {
          place = scrolledBy(place, Math.min(Math.max(place.scrolled + step, 0), TALLEST - VIEW));
          expect(contentTop(place)).toBeGreaterThanOrEqual(0);
          expect(contentTop(place)).toBeLessThanOrEqual(25_000_000 - VIEW);
        }
      }),
    );
  });

  it("finds the place of a wanted cell", () => {
    expect(contentTop(scrolledTo(25_000_000, VIEW, 24_000_000))).toBe(24_000_000);
    expect(contentTop(scrolledTo(500, VIEW, 24_000_000))).toBe(0);
  });
});

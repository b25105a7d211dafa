import fc from "fast-check";
import { describe, expect, it } from "vitest";

import { atOneToOne, fitted, imagePx, panned, screenPx, toImage, toScreen, zoomedAt } from "./imageView";

// 800 by 600 pixels without the margins.
const view = { width: screenPx(832), height: screenPx(632) };
const photo = { width: imagePx(4000), height: imagePx(3000) };
const point = fc.record({
  x: fc.integer({ min: 0, max: 800 }).map(screenPx),
  y: fc.integer({ min: 0, max: 600 }).map(screenPx),
});

describe("the view of an image", () => {
  it("shows the whole image when fitted", () => {
    expect(fitted(photo, view)).toEqual({ zoom: 0.2, corner: { x: 16, y: 16 } });
    const tall = fitted({ width: imagePx(1000), height: imagePx(3000) }, view);
    expect(tall).toEqual({ zoom: 0.2, corner: { x: 316, y: 16 } });
  });

  it("enlarges a tiny image only so far", () => {
    expect(fitted({ width: imagePx(32), height: imagePx(32) }, view).zoom).toBe(4);
  });

  it("turns screen pixels into image pixels and back", () => {
    const seen = { zoom: 0.37, corner: { x: screenPx(13), y: screenPx(-40) } };
    fc.assert(
      fc.property(point, (at) => {
        const back = toScreen(seen, toImage(seen, at));
        expect(back.x).toBeCloseTo(at.x, 6);
        expect(back.y).toBeCloseTo(at.y, 6);
      }),
    );
  });

  it("keeps what lies under the pointer while zooming in", () => {
    const from = atOneToOne(photo, view);
    fc.assert(
      fc.property(point, fc.double({ min: 1, max: 8, noNaN: true }), (at, factor) => {
        const before = toImage(from, at);
        const after = toImage(zoomedAt(from, photo, view, at, factor), at);
        expect(after.x).toBeCloseTo(before.x, 6);
        expect(after.y).toBeCloseTo(before.y, 6);
      }),
    );
  });

  it("never zooms out beyond the whole image nor pans it out of sight", () => {
    const steps = fc.array(
      fc.tuple(point, fc.double({ min: 0.1, max: 5, noNaN: true }), fc.integer({ min: -5000, max: 5000 })),
    );
    fc.assert(
      fc.property(steps, (moves) => {
        let seen = fitted(photo, view);
        for (const [at, factor, by] of moves) {
          seen = panned(zoomedAt(seen, photo, view, at, factor), photo, view, {
            x: screenPx(by),
            y: screenPx(-by),
          });
          expect(seen.zoom).toBeGreaterThanOrEqual(0.2);
          expect(seen.corner.x).toBeLessThanOrEqual(16 + 1e-6);
          expect(seen.corner.x + 4000 * seen.zoom).toBeGreaterThanOrEqual(816 - 1e-6);
        }
      }),
    );
  });
});

import fc from "fast-check";
import { describe, expect, it } from "vitest";

import { imagePoint } from "./imageView";
import { countsOfText, textOfCounts } from "./rle";
import { tipSpans } from "./roundTip";
import {
  cellsOf,
  holds,
  maskOf,
  pixelCount,
  shifted,
  spanBounds,
  spansOf,
  subtracted,
  united,
} from "./spans";
import { HEIGHT, pixelSets, pixelsOf, spansOfPixels, WIDTH } from "./testing";

describe("COCO's compressed run lengths", () => {
  // Written by pycocotools by way of labelgraft.domain.shapes.rle.
  it.each([
    [[12], "<"],
    [[0, 12], "0<"],
    [[3, 2, 1, 9, 5], "32174"],
    [[700000, 1, 999, 1, 998, 3, 1297998], "Pc[e01Wo00O2XcbW1"],
  ])("%j is %s", (counts, text) => {
    expect(textOfCounts(counts)).toBe(text);
    expect(countsOfText(text)).toEqual(counts);
  });

  it("come back exactly, also of the largest images", () => {
    const count = fc.integer({ min: 1, max: 2 ** 36 });
    fc.assert(
      fc.property(fc.array(count, { minLength: 1 }), (counts) => {
        expect(countsOfText(textOfCounts(counts))).toEqual(counts);
      }),
    );
  });

  it("are refused where they are something else", () => {
    expect(() => countsOfText("hello world")).toThrow("COCO");
    expect(() => countsOfText("P")).toThrow("COCO");
  });
});

describe("masks as spans", () => {
  it("hold the same pixels after a way through the text", () => {
    fc.assert(
      fc.property(pixelSets, (pixels) => {
        const { counts } = maskOf(spansOfPixels(pixels));
        const back = spansOf({ kind: "mask", size: [WIDTH, HEIGHT], counts });
        expect(pixelsOf(back)).toEqual(pixels);
        expect(countsOfText(counts).reduce((a, b) => a + b)).toBe(WIDTH * HEIGHT);
        expect(countsOfText(counts).slice(1)).not.toContain(0);
      }),
    );
  });

  it("join runs that a foreign tool parted by a run of 0", () => {
    const mask = { kind: "mask" as const, size: [4, 3] as const, counts: textOfCounts([2, 3, 0, 4, 3]) };
    expect([...spansOf(mask).flat]).toEqual([2, 9]);
  });

  it("are united and subtracted pixel by pixel", () => {
    fc.assert(
      fc.property(pixelSets, pixelSets, (a, b) => {
        const [one, other] = [spansOfPixels(a), spansOfPixels(b)];
        expect(pixelsOf(united(one, other))).toEqual(new Set([...a, ...b]));
        expect(pixelsOf(subtracted(one, other))).toEqual(new Set([...a].filter((pixel) => !b.has(pixel))));
        expect(pixelCount(one)).toBe(a.size);
      }),
    );
  });

  it("know their bounds and what they hold", () => {
    fc.assert(
      fc.property(pixelSets, (pixels) => {
        const spans = spansOfPixels(pixels);
        const columns = [...pixels].map((pixel) => Math.floor(pixel / HEIGHT));
        const rows = [...pixels].map((pixel) => pixel % HEIGHT);
        expect(spanBounds(spans)).toEqual(
          pixels.size === 0
            ? null
            : [Math.min(...columns), Math.min(...rows), Math.max(...columns) + 1, Math.max(...rows) + 1],
        );
        for (let column = -1; column <= WIDTH; column += 7) {
          for (let row = -1; row <= HEIGHT; row++) {
            const isIn = row >= 0 && row < HEIGHT && pixels.has(column * HEIGHT + row);
            expect(holds(spans, column + 0.5, row + 0.5)).toBe(isIn);
          }
        }
      }),
    );
  });

  it("lose what is moved out of the image, and nothing else", () => {
    const step = fc.integer({ min: -WIDTH, max: WIDTH });
    fc.assert(
      fc.property(pixelSets, step, step, (pixels, dx, dy) => {
        const wanted = [...pixels].flatMap((pixel) => {
          const [column, row] = [Math.floor(pixel / HEIGHT) + dx, (pixel % HEIGHT) + dy];
          const isIn = column >= 0 && column < WIDTH && row >= 0 && row < HEIGHT;
          return isIn ? [column * HEIGHT + row] : [];
        });
        expect(pixelsOf(shifted(spansOfPixels(pixels), dx, dy))).toEqual(new Set(wanted));
      }),
    );
  });

  it("are shown by every cell that they touch", () => {
    const pane = fc.record({
      left: fc.integer({ min: -8, max: 30 }),
      top: fc.integer({ min: -8, max: 30 }),
      step: fc.constantFrom(1, 2, 4),
      columns: fc.integer({ min: 1, max: 40 }),
      rows: fc.integer({ min: 1, max: 30 }),
    });
    fc.assert(
      fc.property(pixelSets, pane, (pixels, seen) => {
        const { left, top, step, columns, rows } = seen;
        const wanted = new Uint8Array(columns * rows);
        for (const pixel of pixels) {
          const column = Math.floor((Math.floor(pixel / HEIGHT) - left) / step);
          const row = Math.floor(((pixel % HEIGHT) - top) / step);
          if (column >= 0 && column < columns && row >= 0 && row < rows) wanted[column * rows + row] = 1;
        }
        expect([...cellsOf(spansOfPixels(pixels), seen)]).toEqual([...wanted]);
      }),
    );
  });
});

describe("the round tip", () => {
  const place = fc.tuple(
    fc.double({ min: -5, max: WIDTH + 5, noNaN: true }),
    fc.double({ min: -5, max: HEIGHT + 5, noNaN: true }),
  );

  it("paints the pixels whose centre it covers, and those under its ends", () => {
    fc.assert(
      fc.property(place, place, fc.double({ min: 0.2, max: 12, noNaN: true }), (from, to, radius) => {
        const painted = pixelsOf(tipSpans(imagePoint(...from), imagePoint(...to), radius, WIDTH, HEIGHT));
        const [missing, beyond]: [number[], number[]] = [[], []];
        for (let pixel = 0; pixel < WIDTH * HEIGHT; pixel++) {
          const [column, row] = [Math.floor(pixel / HEIGHT), pixel % HEIGHT];
          const away = awayFrom(column + 0.5, row + 0.5, from, to);
          const isUnderEnd = [from, to].some(([x, y]) => Math.floor(x) === column && Math.floor(y) === row);
          const isPainted = painted.has(pixel);
          if ((away < radius - 1e-9 || isUnderEnd) && !isPainted) missing.push(pixel);
          if (away > radius + 1e-9 && isPainted && !isInColumnOfEnd(column, from, to)) beyond.push(pixel);
        }
        expect([missing, beyond]).toEqual([[], []]);
      }),
    );
  });

  it("paints and erases a mask of 20 Mpx without a look at its pixels", () => {
    const [width, height] = [5477, 3652];
    let mask = tipSpans(imagePoint(1500, 1500), imagePoint(4000, 2200), 1200, width, height);
    const before = pixelCount(mask);
    const start = performance.now();
    for (let i = 0; i < 200; i++) {
      const tip = tipSpans(imagePoint(1000 + i * 10, 500), imagePoint(1010 + i * 10, 510), 40, width, height);
      mask = i % 2 === 0 ? united(mask, tip) : subtracted(mask, tip);
    }
    // A loop over the pixels would take 200 times 20 ms at the least.
    expect(performance.now() - start).toBeLessThan(1500);
    expect(pixelCount(mask)).not.toBe(before);
  });
});

const awayFrom = (x: number, y: number, [ax, ay]: [number, number], [bx, by]: [number, number]): number => {
  const [dx, dy] = [bx - ax, by - ay];
  const square = dx * dx + dy * dy;
  const along = square === 0 ? 0 : Math.min(1, Math.max(0, ((x - ax) * dx + (y - ay) * dy) / square));
  return Math.hypot(x - ax - along * dx, y - ay - along * dy);
};

/** In the column of an end, what lies between the tip and the pixel under that end is painted too. */
const isInColumnOfEnd = (column: number, ...ends: [number, number][]): boolean =>
  ends.some(([x]) => Math.floor(x) === column);

/** Shapes for property tests. */
import fc from "fast-check";

import { maskOf, SpanWriter, type Spans } from "./spans";
import type {
  BoxShape,
  KeypointsShape,
  Point,
  PolygonShape,
  Ring,
  RotatedBoxShape,
  Visibility,
} from "./shape";

export const WIDTH = 60;
export const HEIGHT = 40;

const within = (most: number) => fc.double({ min: 0, max: most, noNaN: true });
export const points: fc.Arbitrary<Point> = fc.tuple(within(WIDTH), within(HEIGHT));
const side = fc.double({ min: 1, max: 30, noNaN: true });

export const boxes: fc.Arbitrary<BoxShape> = fc
  .tuple(points, side, side)
  .map(([[x, y], w, h]) => ({ kind: "box", box: [x, y, x + w, y + h] }));

export const rotatedBoxes: fc.Arbitrary<RotatedBoxShape> = fc
  .tuple(points, side, side, fc.integer({ min: 0, max: 359 }))
  .map(([centre, w, h, degrees]) => ({ kind: "rotated-box", centre, size: [w, h], degrees }));

/** Around a centre, so that it does not cross itself. */
export const rings: fc.Arbitrary<Ring> = fc
  .tuple(points, fc.array(fc.double({ min: 2, max: 20, noNaN: true }), { minLength: 3, maxLength: 12 }))
  .map(([[x, y], radii]) =>
    radii.map((radius, i): Point => {
      const angle = (2 * Math.PI * i) / radii.length;
      return [x + radius * Math.cos(angle), y + radius * Math.sin(angle)];
    }),
  );

export const polygons: fc.Arbitrary<PolygonShape> = rings.map((outline) => ({
  kind: "polygon",
  parts: [{ outline }],
}));

export const keypoints: fc.Arbitrary<KeypointsShape> = fc
  .array(fc.tuple(points, fc.constantFrom<Visibility>(1, 2)), { minLength: 1, maxLength: 5 })
  .map((all) => ({ kind: "keypoints", points: all.map(([[x, y], seen]) => [x, y, seen] as const) }));

/** Pixels as a set of "column * height + row". */
export const pixelSets: fc.Arbitrary<Set<number>> = fc
  .array(
    fc.tuple(
      fc.integer({ min: 0, max: WIDTH - 1 }),
      fc.integer({ min: 0, max: HEIGHT - 1 }),
      fc.integer({ min: 1, max: HEIGHT }),
    ),
    { maxLength: 25 },
  )
  .map((runs) => {
    const pixels = new Set<number>();
    for (const [column, row, length] of runs) {
      for (let at = row; at < Math.min(row + length, HEIGHT); at++) pixels.add(column * HEIGHT + at);
    }
    return pixels;
  });

export const spansOfPixels = (pixels: ReadonlySet<number>): Spans => {
  const writer = new SpanWriter(WIDTH, HEIGHT);
  for (const pixel of [...pixels].sort((a, b) => a - b)) {
    const column = Math.floor(pixel / HEIGHT);
    writer.add(column, pixel - column * HEIGHT, pixel - column * HEIGHT + 1);
  }
  return writer.spans();
};

export const pixelsOf = ({ flat }: Spans): Set<number> => {
  const pixels = new Set<number>();
  for (let i = 0; i < flat.length; i += 2) {
    for (let at = flat[i] ?? 0; at < (flat[i + 1] ?? 0); at++) pixels.add(at);
  }
  return pixels;
};

export const masks = pixelSets.filter(({ size }) => size > 0).map((pixels) => maskOf(spansOfPixels(pixels)));

export const shapes = fc.oneof(boxes, rotatedBoxes, polygons, keypoints);

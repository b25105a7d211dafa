/** Shapes as the data of an SVG path, in pixels of the image. */
import { countsOfText } from "./rle";
import type { Edges, MaskShape, Point, Ring, RotatedBoxShape, Shape } from "./shape";

const DOT_SHARE = 0.012;
const RADIANS = Math.PI / 180;

const ring = (points: Ring): string => `M${points.map(([x, y]) => `${x} ${y}`).join("L")}Z`;

const edges = ([left, top, right, bottom]: Edges): string => `M${left} ${top}H${right}V${bottom}H${left}Z`;

const turned = ({ centre: [x, y], size: [width, height], degrees }: RotatedBoxShape): string => {
  const [cos, sin] = [Math.cos(degrees * RADIANS), Math.sin(degrees * RADIANS)];
  const corner = (across: number, down: number): Point => [
    x + (across * width * cos - down * height * sin) / 2,
    y + (across * width * sin + down * height * cos) / 2,
  ];
  return ring([corner(-1, -1), corner(1, -1), corner(1, 1), corner(-1, 1)]);
};

/** Each run is a column of its own, cut where it goes on at the top of the next one. */
const pixels = ({ size: [, height], counts }: MaskShape): string => {
  const parts: string[] = [];
  let at = 0;
  for (const [index, count] of countsOfText(counts).entries()) {
    const end = at + count;
    for (; index % 2 === 1 && at < end; at = Math.min(end, (Math.floor(at / height) + 1) * height)) {
      const column = Math.floor(at / height);
      const length = Math.min(end, (column + 1) * height) - at;
      parts.push(`M${column} ${at - column * height}h1v${length}h-1Z`);
    }
    at = end;
  }
  return parts.join("");
};

const dot = ([x, y]: Point, radius: number): string =>
  `M${x - radius} ${y}a${radius} ${radius} 0 1 0 ${2 * radius} 0a${radius} ${radius} 0 1 0 ${-2 * radius} 0Z`;

/** `extent`: the longer side of the image, by which dots get their size. Holes stay free with the even-odd rule. */
export const shapePath = (shape: Shape, extent: number): string => {
  switch (shape.kind) {
    case "box":
      return edges(shape.box);
    case "rotated-box":
      return turned(shape);
    case "polygon":
      return shape.parts.map(({ outline, holes }) => [outline, ...(holes ?? [])].map(ring).join("")).join("");
    case "mask":
      return pixels(shape);
    case "keypoints": {
      const dots = shape.points
        .filter(([, , visibility]) => visibility !== 0)
        .map(([x, y]) => dot([x, y], extent * DOT_SHARE));
      return [...dots, ...(shape.box === undefined ? [] : [edges(shape.box)])].join("");
    }
  }
};

/** Shapes for the page, always the same for the same address. */
import type { Contents } from "@/editor/scene";
import type { Drawn, Offered } from "@/shapes/edit";
import { imagePoint } from "@/shapes/imageView";
import { tipSpans } from "@/shapes/roundTip";
import { PLAIN, type Point, type Shape } from "@/shapes/shape";
import { maskOf } from "@/shapes/spans";

/** Mulberry32. */
const numbersFrom = (seed: number) => () => {
  seed = (seed + 0x6d2b79f5) | 0;
  let mixed = Math.imul(seed ^ (seed >>> 15), 1 | seed);
  mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
  return ((mixed ^ (mixed >>> 14)) >>> 0) / 4294967296;
};

const star = (vertices: number, width: number, height: number): Shape => ({
  kind: "polygon",
  parts: [
    {
      outline: Array.from({ length: vertices }, (_, i): Point => {
        const angle = (2 * Math.PI * i) / vertices;
        const radius = 0.35 + 0.08 * Math.sin(angle * 9) + 0.01 * Math.sin(angle * 400);
        return [width * (0.5 + radius * Math.cos(angle)), height * (0.5 + radius * Math.sin(angle))];
      }),
    },
  ],
});

export const shapesOf = (
  asked: URLSearchParams,
  width: number,
  height: number,
): Pick<Contents, "drawn" | "offered"> => {
  const random = numbersFrom(7);
  const count = (name: string) => Number(asked.get(name) ?? 0);
  const box = (): Shape => {
    const [left, top] = [random() * width * 0.97, random() * height * 0.97];
    const [w, h] = [4 + random() * width * 0.03, 4 + random() * height * 0.03];
    return { kind: "box", box: [left, top, Math.min(left + w, width), Math.min(top + h, height)] };
  };
  const shapes: Shape[] = [
    ...Array.from({ length: count("boxes") }, box),
    ...(count("polygon") > 0 ? [star(count("polygon"), width, height)] : []),
    ...(count("mask") > 0
      ? [
          maskOf(
            tipSpans(
              imagePoint(width * 0.4, height * 0.4),
              imagePoint(width * 0.6, height * 0.6),
              height * 0.3,
              width,
              height,
            ),
          ),
        ]
      : []),
  ];
  const given = JSON.parse(asked.get("shapes") ?? "[]") as Shape[];
  const drawn = [...shapes, ...given].map((shape, i): Drawn => ({
    key: `${i + 1}`,
    classId: (i % 5) + 1,
    shape,
    traits: PLAIN,
    acceptedFrom: null,
  }));
  const proposed = [
    ...Array.from({ length: count("proposals") }, box),
    ...(JSON.parse(asked.get("offered") ?? "[]") as Shape[]),
  ];
  const offered = proposed.map((shape, i): Offered => ({
    id: i + 1,
    classId: (i % 5) + 1,
    modelId: 1,
    confidence: 0.82,
    shape,
  }));
  return { drawn, offered };
};

import type { Shape } from "@/shapes/shape";
import { shapePath } from "@/shapes/shapePath";

import classes from "./ShapesOver.module.css";

export interface ShapeOver {
  readonly shape: Shape;
  readonly colour: string;
  /** Not yet anybody's word: drawn with dashes. */
  readonly proposed: boolean;
}

/** Shapes on a picture, the first on top. `cover`: the picture is cut to its frame; else all of it is shown. */
export const ShapesOver = ({
  widthPx,
  heightPx,
  shapes,
  label,
  cover = false,
}: {
  widthPx: number;
  heightPx: number;
  shapes: readonly ShapeOver[];
  /** What is said of it; null where its picture says so already. */
  label: string | null;
  cover?: boolean;
}) => {
  const extent = Math.max(widthPx, heightPx);
  return (
    <svg
      className={classes.shapes}
      viewBox={`0 0 ${widthPx} ${heightPx}`}
      preserveAspectRatio={cover ? "xMidYMid slice" : "xMidYMid meet"}
      {...(label === null ? { "aria-hidden": true } : { role: "img", "aria-label": label })}
    >
      {shapes.toReversed().map(({ shape, colour, proposed }, index) => (
        <path
          key={index}
          d={shapePath(shape, extent)}
          fillRule="evenodd"
          fill={colour}
          stroke={colour}
          data-kind={shape.kind}
          data-proposed={proposed}
        />
      ))}
    </svg>
  );
};

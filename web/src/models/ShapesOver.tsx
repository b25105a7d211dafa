import { shapePath } from "@/shapes/shapePath";
import type { TrialShape } from "@/store/detectors";

import classes from "./models.module.css";

/** Shapes on a picture of which all is shown; the surest lies on top. */
export const ShapesOver = ({
  widthPx,
  heightPx,
  shapes,
  colourOf,
}: {
  widthPx: number;
  heightPx: number;
  shapes: readonly TrialShape[];
  colourOf: (classId: number) => string;
}) => {
  const extent = Math.max(widthPx, heightPx);
  return (
    <svg
      className={classes.shapes}
      viewBox={`0 0 ${widthPx} ${heightPx}`}
      preserveAspectRatio="xMidYMid meet"
      role="img"
      aria-label={shapes.map((each) => each.class_name).join(", ") || "nothing"}
    >
      {shapes.toReversed().map((each, index) => (
        <path
          key={index}
          d={shapePath(each.shape, extent)}
          fillRule="evenodd"
          fill={colourOf(each.class_id)}
          stroke={colourOf(each.class_id)}
        />
      ))}
    </svg>
  );
};

import { Tooltip } from "@mantine/core";
import {
  Brush,
  Eraser,
  Hand,
  MousePointer2,
  PersonStanding,
  RotateCwSquare,
  Square,
  Waypoints,
  WandSparkles,
  type LucideIcon,
} from "lucide-react";

import type { Tool } from "@/editor/handle";
import { keyBoard } from "@/store/keys/board";
import { keysOf } from "@/store/keys/profiles";
import { useObservable } from "@/store/observable";

import classes from "./draw.module.css";

const LOOKS: Record<Tool, { icon: LucideIcon; words: string }> = {
  select: { icon: MousePointer2, words: "Select" },
  pan: { icon: Hand, words: "Move the image" },
  box: { icon: Square, words: "Box" },
  "rotated-box": { icon: RotateCwSquare, words: "Rotated box" },
  polygon: { icon: Waypoints, words: "Polygon" },
  brush: { icon: Brush, words: "Brush" },
  eraser: { icon: Eraser, words: "Eraser" },
  keypoints: { icon: PersonStanding, words: "Keypoints" },
  segment: { icon: WandSparkles, words: "Click to segment" },
};

/** The tools of the task, with their keys. */
export const ToolRail = ({
  tools,
  tool,
  onTool,
}: {
  tools: readonly Tool[];
  tool: Tool;
  onTool: (tool: Tool) => void;
}) => {
  const profile = useObservable(keyBoard.profile);
  return (
    <div className={classes.tools} role="toolbar" aria-label="Tools" aria-orientation="vertical">
      {tools.map((each) => {
        const { icon: Icon, words } = LOOKS[each];
        const [key] = keysOf(profile, `draw.${each}`);
        return (
          <Tooltip key={each} label={key === undefined ? words : `${words} (${key})`} position="right">
            <button
              type="button"
              className={classes.tool}
              aria-label={words}
              aria-pressed={each === tool}
              onClick={(event) => {
                event.currentTarget.blur();
                onTool(each);
              }}
            >
              <Icon size={18} aria-hidden />
            </button>
          </Tooltip>
        );
      })}
    </div>
  );
};

import { ActionIcon, Tooltip } from "@mantine/core";
import {
  Brush,
  Hand,
  Lasso,
  Maximize,
  SquareDashed,
  SquareDashedMousePointer,
  SquareMinus,
  SquarePlus,
  ZoomIn,
  ZoomOut,
  type LucideIcon,
} from "lucide-react";

import classes from "./map.module.css";
import type { Mode, Tool } from "./regions";

const TOOLS: readonly { tool: Tool; words: string; keys: string; icon: LucideIcon }[] = [
  { tool: "lasso", words: "Lasso", keys: "L", icon: Lasso },
  { tool: "rectangle", words: "Rectangle", keys: "R", icon: SquareDashed },
  { tool: "brush", words: "Brush", keys: "B, size [ ]", icon: Brush },
  { tool: "pan", words: "Move the map", keys: "H, or the middle button", icon: Hand },
];

const MODES: readonly { mode: Mode; words: string; keys: string; icon: LucideIcon }[] = [
  { mode: "replace", words: "New selection", keys: "N", icon: SquareDashedMousePointer },
  { mode: "add", words: "Add to the selection", keys: "+, or hold Shift", icon: SquarePlus },
  { mode: "subtract", words: "Take away from the selection", keys: "−, or hold Alt", icon: SquareMinus },
];

interface Press {
  words: string;
  keys: string;
  icon: LucideIcon;
  pressed?: boolean;
  onPress: () => void;
}

const Tile = ({ words, keys, icon: Icon, pressed, onPress }: Press) => (
  <Tooltip label={`${words} (${keys})`} position="right">
    <ActionIcon
      aria-label={words}
      aria-pressed={pressed}
      data-pressed={pressed}
      className={classes.tile}
      onClick={onPress}
    >
      <Icon size={16} strokeWidth={1.75} aria-hidden />
    </ActionIcon>
  </Tooltip>
);

export interface ToolbarProps {
  tool: Tool;
  mode: Mode;
  onTool: (tool: Tool) => void;
  onMode: (mode: Mode) => void;
  onZoom: (factor: number) => void;
  onFit: () => void;
}

/** Tools at the left edge of the map; what each does is written, none hides behind a key alone. */
export const Toolbar = ({ tool, mode, onTool, onMode, onZoom, onFit }: ToolbarProps) => (
  <div className={classes.toolbar} role="toolbar" aria-label="Map tools" aria-orientation="vertical">
    {TOOLS.map((each) => (
      <Tile key={each.tool} {...each} pressed={tool === each.tool} onPress={() => onTool(each.tool)} />
    ))}
    <hr />
    {MODES.map((each) => (
      <Tile key={each.mode} {...each} pressed={mode === each.mode} onPress={() => onMode(each.mode)} />
    ))}
    <hr />
    <Tile words="Zoom in" keys="Ctrl +, wheel" icon={ZoomIn} onPress={() => onZoom(1.6)} />
    <Tile words="Zoom out" keys="Ctrl −, wheel" icon={ZoomOut} onPress={() => onZoom(1 / 1.6)} />
    <Tile words="Show the whole map" keys="F" icon={Maximize} onPress={onFit} />
  </div>
);

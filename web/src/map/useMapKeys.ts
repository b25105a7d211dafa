/** Keys of the map. */
import type { ProjectClass } from "@/store/classes";
import { useDrawsShapes } from "@/store/hooks";
import { useKeys } from "@/store/keys/board";
import { classHandlers } from "@/store/keys/classKeys";

import type { Mode, Tool } from "./regions";
import type { TrayActions } from "./Tray";

export interface HandActions {
  tool: (tool: Tool) => void;
  mode: (mode: Mode) => void;
  brush: (factor: number) => void;
  zoom: (factor: number) => void;
  fit: () => void;
}

export const useMapKeys = (
  classList: readonly ProjectClass[],
  hand: HandActions,
  tray: TrayActions,
): void => {
  const drawing = useDrawsShapes();
  // A class is given to what is drawn in an image, not to the image.
  const classKeys = classHandlers(drawing ? [] : classList, ({ id }) => tray.label(id));
  const keys = {
    "map.lasso": () => hand.tool("lasso"),
    "map.rectangle": () => hand.tool("rectangle"),
    "map.brush": () => hand.tool("brush"),
    "map.pan": () => hand.tool("pan"),
    "map.replace": () => hand.mode("replace"),
    "map.add": () => hand.mode("add"),
    "map.subtract": () => hand.mode("subtract"),
    "map.larger": () => hand.brush(1.25),
    "map.smaller": () => hand.brush(0.8),
    "map.zoom-in": () => hand.zoom(1.6),
    "map.zoom-out": () => hand.zoom(1 / 1.6),
    "map.fit": hand.fit,
    "map.accept": tray.accept,
    "map.reject": tray.reject,
    "map.similar": tray.similar,
    "map.clear": tray.drop,
    "map.unlabel": tray.clearLabels,
    "map.skip": tray.skip,
  };
  useKeys("map", keys, classKeys);
};

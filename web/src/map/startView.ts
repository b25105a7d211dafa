import { onMap } from "@/shapes/mapUnits";
import { resized, type Viewport } from "@/shapes/mapViewport";
import { Cell } from "@/store/observable";

/** A view before its pane has a size. */
export const startView = (): Cell<Viewport> => {
  const nowhere = { centre: onMap(0, 0), scale: 300 };
  return new Cell<Viewport>(resized(nowhere as Viewport, 800, 600));
};

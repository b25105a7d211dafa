import { memo, useMemo } from "react";

import type { ImageInstances } from "@/store/imageInstances";
import { useObservable } from "@/store/observable";
import { ShapesOver, type ShapeOver } from "@/ui/ShapesOver";

export interface NamedClass {
  id: number;
  name: string;
  colour: string;
}

interface Props {
  instances: ImageInstances;
  /** Of the upright image. */
  widthPx: number;
  heightPx: number;
  named: ReadonlyMap<number, NamedClass>;
}

/** More in one small picture are not told apart. */
const MOST_SHAPES = 150;

/** What is drawn in an image and proposed for it, over its small picture. */
export const CellShapes = memo(({ instances, widthPx, heightPx, named }: Props) => {
  const view = useObservable(instances.shown);
  const shapes = useMemo((): ShapeOver[] => {
    if (view === null) return [];
    const over = (proposed: boolean) => (each: { classId: number; shape: ShapeOver["shape"] }) => {
      const { colour } = named.get(each.classId) ?? {};
      return colour === undefined ? [] : [{ shape: each.shape, colour, proposed }];
    };
    return [...view.drawn.flatMap(over(false)), ...view.offered.flatMap(over(true))].slice(0, MOST_SHAPES);
  }, [view, named]);
  if (shapes.length === 0) return null;
  return <ShapesOver widthPx={widthPx} heightPx={heightPx} shapes={shapes} label={null} cover />;
});
CellShapes.displayName = "CellShapes";

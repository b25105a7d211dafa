/** Colours and marks of the points of a layout, in step with the images' states. */
import { useMemo } from "react";

import { useImagesVersion, useProject } from "@/store/hooks";
import type { Selection } from "@/store/selection";

import { pointOf, rowsOfPoints, type Layout } from "./layout";
import { paint, type ClassLook, type Colouring, type Painting } from "./painting";
import { FADED, SELECTED } from "./renderer/pointShaders";

export interface Painted {
  painting: Painting;
  marks: Uint8Array;
}

export interface PaintWishes {
  colouring: Colouring;
  highlight: number | null;
  selection: Selection | null;
  classList: readonly ClassLook[];
  islandNames: ReadonlyMap<number, string>;
  dark: boolean;
}

export const usePainting = (layout: Layout, wishes: PaintWishes): Painted => {
  const { colouring, highlight, selection, classList, islandNames, dark } = wishes;
  const { images } = useProject();
  const version = useImagesVersion();
  const known = images.columns.imageIds;
  const rows = useMemo(() => rowsOfPoints(layout, known), [layout, known]);
  const painting = useMemo(
    () => paint(colouring, layout, rows, { states: images.columns, classes: classList, islandNames, dark }),
    // The columns change in place; their version says so.
    // eslint-disable-next-line react-hooks/exhaustive-deps
    [colouring, layout, rows, images, version, classList, islandNames, dark],
  );
  const marks = useMemo(() => {
    const marked = new Uint8Array(layout.imageIds.length);
    if (highlight !== null) {
      painting.groups.forEach((group, point) => (marked[point] = group === highlight ? 0 : FADED));
    }
    for (const id of selection?.imageIds ?? []) {
      const point = pointOf(layout, id);
      if (point >= 0 && selection?.thrownOut.has(id) === false) marked[point] = SELECTED;
    }
    return marked;
  }, [layout, painting, highlight, selection]);
  return { painting, marks };
};

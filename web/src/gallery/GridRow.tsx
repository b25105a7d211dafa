import { memo } from "react";

import { NONE, STATE, rowOf, type ImageStates } from "@/store/imageStates";
import { STATES } from "@/store/filters";
import { fileName, type ImageBook } from "@/store/imageBook";
import type { InstanceBook } from "@/store/instances";
import type { PictureBook } from "@/store/pictureBook";
import type { Sheets } from "@/store/sheets";

import type { NamedClass } from "./CellShapes";
import { GridCell } from "./GridCell";
import classes from "./grid.module.css";
import type { GridLayout } from "./gridLayout";
import type { Mask } from "./picking";

export interface GridRowProps {
  grid: GridLayout;
  row: number;
  /** Top in the scrolled element, CSS pixels. */
  top: number;
  order: Uint32Array;
  picked: Mask;
  /** Position with the keyboard focus, if it is in this row. */
  focus: number | null;
  states: ImageStates;
  book: ImageBook;
  pictures: PictureBook;
  /** null where the project draws nothing. */
  instances: InstanceBook | null;
  /** null where the images seen are strewn over so many sheets that the pictures themselves come sooner. */
  sheets: Sheets | null;
  named: ReadonlyMap<number, NamedClass>;
  /** Grow whenever the states, the book or what is drawn have changed. */
  version: string;
}

/** One row of pictures. */
export const GridRow = memo(
  ({
    grid,
    row,
    top,
    order,
    picked,
    focus,
    states,
    book,
    pictures,
    instances,
    sheets,
    named,
  }: GridRowProps) => {
    const first = row * grid.columns;
    const positions = Array.from(
      { length: Math.min(grid.columns, grid.count - first) },
      (_, at) => first + at,
    );
    return (
      <div
        role="row"
        aria-rowindex={row + 1}
        className={classes.row}
        style={{ transform: `translateY(${top}px)`, gap: grid.gap, padding: `0 ${grid.margin}px` }}
      >
        {positions.map((position) => {
          const id = order[position] ?? 0;
          const at = rowOf(states, id);
          const facts = book.get(id);
          const confidence = states.confidences[at] ?? NaN;
          return (
            <GridCell
              key={id}
              position={position}
              column={position - first}
              side={grid.cell}
              imageId={id}
              pictures={pictures}
              soft={sheets?.cellOf(id) ?? null}
              title={fileName(facts, id)}
              state={STATES[states.states[at] ?? STATE.new] ?? "new"}
              label={named.get(states.classIds[at] ?? NONE) ?? null}
              proposal={named.get(states.proposalClassIds[at] ?? NONE) ?? null}
              confidence={Number.isNaN(confidence) ? null : confidence}
              picked={picked[position] === 1}
              focused={focus === position}
              instances={instances?.of(id) ?? null}
              widthPx={facts?.width_px ?? 0}
              heightPx={facts?.height_px ?? 0}
              named={named}
            />
          );
        })}
      </div>
    );
  },
);
GridRow.displayName = "GridRow";

import { useQuery } from "@tanstack/react-query";
import { useEffect, useImperativeHandle, useMemo, useState, type KeyboardEvent, type Ref } from "react";

import { useDrawsShapes, useImagesVersion, useProject } from "@/store/hooks";
import { imageBook, pictureBook } from "@/store/images";
import { useObservable } from "@/store/observable";
import { sheetsQuery, type Sheets } from "@/store/sheets";

import type { NamedClass } from "./CellShapes";
import { cellId, SMALLEST_DRAWN } from "./GridCell";
import { GridRow } from "./GridRow";
import classes from "./grid.module.css";
import { layOut, positionsBetween, stepFrom, topToShow, type Step } from "./gridLayout";
import type { Mask } from "./picking";
import { contentTop, elementHeight } from "./tallScroll";
import { useGridHands } from "./useGridHands";
import { useTallScroll } from "./useTallScroll";

export interface GridHandle {
  focus: () => void;
  /** Scrolls only as far as needed. */
  show: (position: number) => void;
}

export interface GridProps {
  order: Uint32Array;
  /** Wanted side of a picture, CSS pixels. */
  size: number;
  picked: Mask;
  /** Position that the keyboard is at. */
  focus: number;
  named: ReadonlyMap<number, NamedClass>;
  onClick: (position: number | null, held: { ctrl: boolean; shift: boolean }) => void;
  onBand: (mask: Mask) => void;
  onStep: (position: number, held: { ctrl: boolean; shift: boolean }) => void;
  onOpen: () => void;
  handle: Ref<GridHandle>;
}

const STEPS: Readonly<Record<string, Step>> = {
  ArrowLeft: "left",
  ArrowRight: "right",
  ArrowUp: "up",
  ArrowDown: "down",
  Home: "home",
  End: "end",
  PageUp: "page-up",
  PageDown: "page-down",
};

/** Rows beyond the edges that are kept ready, in views. More lies ahead than behind. */
const AHEAD = 1;
const BEHIND = 0.5;

/** With the images seen on more sheets than this, sheets cost more than they bring: each is a picture of 1024 x 1024. */
const MOST_SHEETS = 8;

/** Up to this side the small picture of the sheet is all that can be seen. */
const SHARP_ENOUGH = 64;

/** Rows that fly by faster than this are not worth a request, as their soft pictures are there. Milliseconds. */
const PATIENCE_MS = 60;

const sheetCount = (sheets: Sheets, imageIds: Uint32Array): number =>
  new Set(Array.from(imageIds, (id) => sheets.cellOf(id)?.sheet)).size;

/** The pictures; as many rows exist as are seen or soon will be. */
export const Grid = (props: GridProps) => {
  const { order, size, picked, focus, named, onClick, onBand, onStep, onOpen, handle } = props;
  const project = useProject();
  const book = imageBook(project.id);
  const pictures = pictureBook(project.id);
  const instances = useDrawsShapes() ? project.instances : null;
  const drawn = useObservable(project.instances.version);
  const states = useImagesVersion();
  const facts = useObservable(book.version);
  const scrolling = useTallScroll((width) => layOut(order.length, width, size).height);
  const { scroller, width, place, goTo, onScroll } = scrolling;
  const grid = useMemo(() => layOut(order.length, width, size), [order.length, width, size]);
  const hands = useGridHands({ grid, picked, scrolling, onClick, onBand });
  const [downwards, setDownwards] = useState(true);
  const top = contentTop(place);

  const before = place.view * (downwards ? BEHIND : AHEAD);
  const after = place.view * (downwards ? AHEAD : BEHIND);
  const seen = positionsBetween(grid, top, top + place.view);
  const ready = positionsBetween(grid, top - before, top + place.view + after);

  const known = useQuery(sheetsQuery(project.id)).data ?? null;
  const sheets = useMemo(
    () =>
      known !== null && sheetCount(known, order.subarray(seen.from, seen.to)) <= MOST_SHEETS ? known : null,
    [known, order, seen.from, seen.to],
  );

  useEffect(() => {
    const urgent = [...order.subarray(seen.from, seen.to)];
    const soon = [...order.subarray(seen.to, ready.to), ...order.subarray(ready.from, seen.from)];
    const wanted = [...urgent, ...soon];
    book.want(wanted);
    if (sheets !== null && grid.cell <= SHARP_ENOUGH) return undefined;
    const timer = setTimeout(() => pictures.want(wanted), sheets === null ? 0 : PATIENCE_MS);
    return () => clearTimeout(timer);
  }, [book, pictures, sheets, grid.cell, order, seen.from, seen.to, ready.from, ready.to]);

  useEffect(() => {
    if (instances === null || grid.cell < SMALLEST_DRAWN) return undefined;
    const timer = setTimeout(() => instances.want([...order.subarray(seen.from, seen.to)]), PATIENCE_MS);
    return () => clearTimeout(timer);
  }, [instances, grid.cell, order, seen.from, seen.to]);

  useImperativeHandle(handle, () => ({
    focus: () => scroller.current?.focus({ preventScroll: true }),
    show: (position) => {
      const wanted = topToShow(grid, position, top, place.view);
      if (wanted !== top) goTo(wanted);
    },
  }));

  const onKeyDown = (event: KeyboardEvent) => {
    const step = STEPS[event.key];
    if (step === undefined || event.altKey || order.length === 0) return;
    event.preventDefault();
    const position = stepFrom(grid, focus, step, place.view);
    onStep(position, { ctrl: event.ctrlKey || event.metaKey, shift: event.shiftKey });
  };

  const rows: number[] = [];
  for (let row = ready.from / grid.columns; row * grid.columns < ready.to; row++) rows.push(row);
  const version = `${states}/${facts}/${drawn}`;
  const step = grid.cell + grid.gap;
  return (
    // The keyboard is heard here for all cells; the cell that it is at is named by aria-activedescendant.
    <div
      ref={scroller}
      className={classes.scroller}
      role="grid"
      tabIndex={0}
      aria-label="Images"
      aria-multiselectable
      aria-rowcount={grid.rows}
      aria-colcount={grid.columns}
      {...(order.length > 0 && { "aria-activedescendant": cellId(focus) })}
      onScroll={() => {
        setDownwards((scroller.current?.scrollTop ?? 0) >= place.scrolled);
        onScroll();
      }}
      onKeyDown={onKeyDown}
      onPointerDown={hands.onPointerDown}
      onDoubleClick={onOpen}
    >
      <div className={classes.content} role="presentation" style={{ height: elementHeight(grid.height) }}>
        {rows.map((row) => (
          <GridRow
            key={row}
            grid={grid}
            row={row}
            top={grid.margin + row * step - place.drift}
            order={order}
            picked={hands.preview ?? picked}
            focus={Math.floor(focus / grid.columns) === row ? focus : null}
            states={project.images.columns}
            book={book}
            pictures={pictures}
            instances={instances}
            sheets={sheets}
            named={named}
            version={version}
          />
        ))}
        {hands.band !== null && (
          <div
            className={classes.band}
            style={{
              left: hands.band.left,
              top: hands.band.top - place.drift,
              width: hands.band.right - hands.band.left,
              height: hands.band.bottom - hands.band.top,
            }}
          />
        )}
      </div>
    </div>
  );
};

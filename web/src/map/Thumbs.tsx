import { useVirtualizer } from "@tanstack/react-virtual";
import { X } from "lucide-react";
import { memo, useEffect, useMemo, useRef } from "react";

import { fileName, type ImageBook, type ImageFacts } from "@/store/imageBook";
import { NONE, rowOf, type ImageStates } from "@/store/imageStates";
import { useObservable, type Cell } from "@/store/observable";
import { usePicture, type PictureBook } from "@/store/pictureBook";
import type { Selection } from "@/store/selection";

import { cssColour } from "./colours";
import classes from "./map.module.css";
import type { Hovered } from "./MapPane";
import { classLooksOf, type ClassLook } from "./painting";
import type { Wants } from "./wants";

const COLUMNS = 4;
const ROW_PX = 76;

interface Props {
  selection: Selection;
  states: ImageStates;
  classList: readonly ClassLook[];
  book: ImageBook;
  wants: Wants;
  hovered: Cell<Hovered | null>;
  focused: number | null;
  onToggle: (imageId: number) => void;
  onFocus: (imageId: number) => void;
}

/** Small pictures of the selection, any number of them; a click throws one out, a second click takes it back in. */
export const Thumbs = (props: Props) => {
  const { selection, states, classList, book, wants, hovered, focused, onToggle, onFocus } = props;
  const scroll = useRef<HTMLDivElement>(null);
  useObservable(book.version);
  const looks = useMemo(() => classLooksOf(classList), [classList]);
  const { imageIds, thrownOut, selector } = selection;
  // eslint-disable-next-line react-hooks/incompatible-library -- rows are read in the same render that asks for them
  const rows = useVirtualizer({
    count: Math.ceil(imageIds.length / COLUMNS),
    getScrollElement: () => scroll.current,
    estimateSize: () => ROW_PX,
    overscan: 3,
    initialRect: { width: 304, height: 608 },
  });
  const shown = rows.getVirtualItems();
  const [first, last] = [shown[0]?.index ?? 0, shown.at(-1)?.index ?? 0];
  useEffect(() => {
    wants.set("tray", [...imageIds.subarray(first * COLUMNS, (last + 1) * COLUMNS)]);
  }, [wants, imageIds, first, last]);
  useEffect(() => {
    scroll.current?.scrollTo({ top: 0 });
  }, [selector]);
  const colourOf = (imageId: number): string | null => {
    const row = rowOf(states, imageId);
    const label = states.classIds[row] ?? NONE;
    const look = looks.get(label === NONE ? (states.proposalClassIds[row] ?? NONE) : label);
    return look === undefined ? null : cssColour(look.colour);
  };
  return (
    <div ref={scroll} className={classes.thumbs} role="group" aria-label="Selected images" tabIndex={-1}>
      <div className={classes.thumbsTall} style={{ height: rows.getTotalSize() }}>
        {shown.map((row) => (
          <div key={row.key} className={classes.thumbRow} style={{ transform: `translateY(${row.start}px)` }}>
            {[...imageIds.subarray(row.index * COLUMNS, (row.index + 1) * COLUMNS)].map((imageId) => (
              <Thumb
                key={imageId}
                imageId={imageId}
                facts={book.get(imageId)}
                pictures={wants.pictures}
                colour={colourOf(imageId)}
                out={thrownOut.has(imageId)}
                focused={focused === imageId}
                hovered={hovered}
                onToggle={onToggle}
                onFocus={onFocus}
              />
            ))}
          </div>
        ))}
      </div>
    </div>
  );
};

interface ThumbProps {
  imageId: number;
  facts: ImageFacts | undefined;
  pictures: PictureBook;
  /** Of its label or proposal. */
  colour: string | null;
  out: boolean;
  focused: boolean;
  hovered: Cell<Hovered | null>;
  onToggle: (imageId: number) => void;
  onFocus: (imageId: number) => void;
}

const Thumb = memo((props: ThumbProps) => {
  const { imageId, facts, pictures, colour, out, focused, hovered, onToggle, onFocus } = props;
  const picture = usePicture(pictures, imageId);
  const point = (element: HTMLElement) => {
    const { left, top } = element.getBoundingClientRect();
    hovered.set({ imageId, left, top });
  };
  return (
    <button
      type="button"
      className={classes.thumb}
      aria-label={fileName(facts, imageId)}
      aria-pressed={!out}
      data-out={out}
      data-focused={focused}
      title={out ? "Take it back in" : "Throw it out"}
      onClick={() => onToggle(imageId)}
      onFocus={() => onFocus(imageId)}
      onPointerEnter={(event) => {
        point(event.currentTarget);
        onFocus(imageId);
      }}
      onPointerLeave={() => hovered.set(null)}
    >
      {typeof picture === "string" && <img src={picture} alt="" draggable={false} />}
      {colour !== null && <span className={classes.thumbEdge} style={{ background: colour }} aria-hidden />}
      {out && <X size={24} aria-hidden />}
    </button>
  );
});
Thumb.displayName = "Thumb";

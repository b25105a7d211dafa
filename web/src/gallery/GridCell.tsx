import { Check, CircleHelp, SkipForward } from "lucide-react";
import { memo, useEffect, useRef, useState } from "react";

import type { ImageStateRow } from "@/store/imageStates";
import { pictureUrl } from "@/store/imageBook";
import { sheetStyle, type SheetCell } from "@/store/sheets";
import { LabelChip } from "@/ui/LabelChip";
import { sureness } from "@/ui/words";

import classes from "./grid.module.css";

export interface NamedClass {
  id: number;
  name: string;
  colour: string;
}

export interface GridCellProps {
  /** Place in the order, from 0. */
  position: number;
  column: number;
  side: number;
  contentHash: string | undefined;
  /** The same picture, small and soft, from a file that many cells share; null where that is no help. */
  soft: SheetCell | null;
  /** File name, for the name of the cell. */
  title: string;
  state: ImageStateRow["state"];
  label: NamedClass | null;
  proposal: NamedClass | null;
  confidence: number | null;
  picked: boolean;
  focused: boolean;
}

/** Below this side a cell has no room for words; the class is a stripe then, and the words are in its name. */
const ROOM_FOR_WORDS = 96;

/** Up to this side the small picture of the sheet is all that can be seen. */
const SHARP_ENOUGH = 64;

const spoken = ({ title, state, label, proposal, confidence }: GridCellProps): string => {
  if (label !== null) return `${title}, labelled ${label.name}`;
  if (state === "skipped" || state === "unclear") return `${title}, ${state}`;
  if (proposal === null) return `${title}, no label`;
  return `${title}, proposed ${proposal.name} ${sureness(confidence ?? 0)}`;
};

export const cellId = (position: number): string => `gallery-cell-${position}`;

export const GridCell = memo((props: GridCellProps) => {
  const { position, column, side, contentHash, soft, state, label, proposal, confidence, picked, focused } =
    props;
  const shown = label ?? (state === "proposed" ? proposal : null);
  return (
    <div
      id={cellId(position)}
      role="gridcell"
      aria-colindex={column + 1}
      aria-selected={picked}
      aria-label={spoken(props)}
      className={classes.cell}
      data-focused={focused}
      data-position={position}
      style={{ width: side, height: side }}
    >
      {soft !== null && <span className={classes.soft} style={sheetStyle(soft)} />}
      {contentHash !== undefined && (soft === null || side > SHARP_ENOUGH) && (
        <Thumbnail key={contentHash} contentHash={contentHash} side={side} patient={soft !== null} />
      )}
      {shown !== null && side < ROOM_FOR_WORDS && (
        <span
          className={classes.stripe}
          data-proposed={label === null}
          style={{ background: shown.colour }}
        />
      )}
      {shown !== null && side >= ROOM_FOR_WORDS && (
        <span className={classes.badge}>
          <LabelChip {...shown} confidence={confidence} proposed={label === null} />
        </span>
      )}
      {state === "skipped" && <SkipForward className={classes.aside} size={16} aria-hidden />}
      {state === "unclear" && <CircleHelp className={classes.aside} size={16} aria-hidden />}
      {picked && (
        <span className={classes.tick} aria-hidden>
          <Check size={14} strokeWidth={3} />
        </span>
      )}
    </div>
  );
});
GridCell.displayName = "GridCell";

/** Pictures that this page has shown; they come from the browser's memory at once. */
const shownBefore = new Set<string>();
/** A cell that flies by faster than this is not worth a request, as its soft picture is there. Milliseconds. */
const PATIENCE_MS = 90;

/** The picture itself. When the cell goes away before it has come, the request is given up. */
const Thumbnail = ({
  contentHash,
  side,
  patient,
}: {
  contentHash: string;
  side: number;
  patient: boolean;
}) => {
  const image = useRef<HTMLImageElement>(null);
  const [broken, setBroken] = useState(false);
  const [wanted, setWanted] = useState(!patient || shownBefore.has(contentHash));
  useEffect(() => {
    if (wanted) return;
    const timer = setTimeout(() => setWanted(true), PATIENCE_MS);
    return () => clearTimeout(timer);
  }, [wanted]);
  useEffect(() => {
    const element = image.current;
    return () => {
      if (element?.complete === false) element.removeAttribute("src");
    };
  }, [wanted]);
  if (!wanted) return null;
  if (broken) return <span className={classes.broken}>No picture</span>;
  return (
    <img
      ref={image}
      className={classes.picture}
      src={pictureUrl(contentHash, side <= 64 ? 64 : 256)}
      alt=""
      draggable={false}
      decoding="async"
      onLoad={() => shownBefore.add(contentHash)}
      onError={() => setBroken(true)}
    />
  );
};

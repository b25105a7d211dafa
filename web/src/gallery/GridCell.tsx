import { Check, CircleHelp, SkipForward } from "lucide-react";
import { memo, useEffect, useRef, useState } from "react";

import type { ImageStateRow } from "@/store/imageStates";
import { pictureUrl } from "@/store/imageBook";
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

const spoken = ({ title, state, label, proposal, confidence }: GridCellProps): string => {
  if (label !== null) return `${title}, labelled ${label.name}`;
  if (state === "skipped" || state === "unclear") return `${title}, ${state}`;
  if (proposal === null) return `${title}, no label`;
  return `${title}, proposed ${proposal.name}, ${sureness(confidence ?? 0)}`;
};

export const cellId = (position: number): string => `gallery-cell-${position}`;

export const GridCell = memo((props: GridCellProps) => {
  const { position, column, side, contentHash, state, label, proposal, confidence, picked, focused } = props;
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
      {contentHash !== undefined && <Thumbnail key={contentHash} contentHash={contentHash} side={side} />}
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

/** The picture itself. When the cell goes away before it has come, the request is given up. */
const Thumbnail = ({ contentHash, side }: { contentHash: string; side: number }) => {
  const image = useRef<HTMLImageElement>(null);
  const [broken, setBroken] = useState(false);
  useEffect(() => {
    const element = image.current;
    return () => {
      if (element?.complete === false) element.removeAttribute("src");
    };
  }, []);
  if (broken) return <span className={classes.broken}>No picture</span>;
  return (
    <img
      ref={image}
      className={classes.picture}
      src={pictureUrl(contentHash, side <= 64 ? 64 : 256)}
      alt=""
      draggable={false}
      decoding="async"
      onError={() => setBroken(true)}
    />
  );
};

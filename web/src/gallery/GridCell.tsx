import { Check, CircleHelp, SkipForward } from "lucide-react";
import { memo } from "react";

import type { ImageInstances } from "@/store/imageInstances";
import type { ImageStateRow } from "@/store/imageStates";
import { usePicture, type PictureBook } from "@/store/pictureBook";
import { sheetStyle, type SheetCell } from "@/store/sheets";
import { LabelChip } from "@/ui/LabelChip";
import { sureness } from "@/ui/words";

import { CellShapes, type NamedClass } from "./CellShapes";
import classes from "./grid.module.css";

export interface GridCellProps {
  /** Place in the order, from 0. */
  position: number;
  column: number;
  side: number;
  imageId: number;
  pictures: PictureBook;
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
  /** What is drawn in it; null where this project draws nothing, or nothing would be seen of it. */
  instances: ImageInstances | null;
  /** Of the upright image; 0 before that is known. */
  widthPx: number;
  heightPx: number;
  named: ReadonlyMap<number, NamedClass>;
}

/** Below this side a cell has no room for words; the class is a stripe then, and the words are in its name. */
const ROOM_FOR_WORDS = 96;

/** Below this side nothing would be seen of what is drawn. */
export const SMALLEST_DRAWN = 96;

const spoken = ({ title, state, label, proposal, confidence }: GridCellProps): string => {
  if (label !== null) return `${title}, labelled ${label.name}`;
  if (state === "skipped" || state === "unclear") return `${title}, ${state}`;
  if (proposal === null) return `${title}, no label`;
  return `${title}, proposed ${proposal.name} ${sureness(confidence ?? 0)}`;
};

export const cellId = (position: number): string => `gallery-cell-${position}`;

export const GridCell = memo((props: GridCellProps) => {
  const { position, column, side, imageId, pictures, soft } = props;
  const { state, label, proposal, confidence, picked, focused } = props;
  const { instances, widthPx, heightPx, named } = props;
  const picture = usePicture(pictures, imageId);
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
      {typeof picture === "string" && (
        <img className={classes.picture} src={picture} alt="" draggable={false} />
      )}
      {instances !== null && widthPx > 0 && side >= SMALLEST_DRAWN && (
        <span className={classes.shapes}>
          <CellShapes instances={instances} widthPx={widthPx} heightPx={heightPx} named={named} />
        </span>
      )}
      {picture === null && soft === null && <span className={classes.broken}>No picture</span>}
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

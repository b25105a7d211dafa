import { useMemo, useState } from "react";

import type { ImageFilter } from "@/store/filters";
import { useProject, useSelection } from "@/store/hooks";

import { only, pickedIds, Positions, ranged, toggled, type Mask } from "./picking";

/** More images than this are told to the server as the filter that finds them, not one by one. */
const MOST_BY_ID = 20_000;

export interface Picking {
  picked: Mask;
  /** Position that the keyboard is at, and from which a range begins. */
  focus: number;
  choose: (mask: Mask) => void;
  chooseAll: () => void;
  click: (position: number | null, held: { ctrl: boolean; shift: boolean }) => void;
  /** The keyboard moves; Shift stretches the range, Ctrl leaves the selection alone. */
  step: (position: number, held: { ctrl: boolean; shift: boolean }) => void;
  toggleFocused: () => void;
  clear: () => void;
}

/** What is picked in the grid; the same selection as on the map. */
export const usePicking = (order: Uint32Array, filter: ImageFilter): Picking => {
  const { selection } = useProject();
  const selected = useSelection();
  const positions = useMemo(() => new Positions(order), [order]);
  const picked = useMemo(
    () => positions.maskOf(selected?.imageIds.filter((id) => !selected.thrownOut.has(id)) ?? []),
    [positions, selected],
  );
  const [focusId, setFocusId] = useState<number | null>(null);
  const [anchorId, setAnchorId] = useState<number | null>(null);
  const focus = Math.max(focusId === null ? 0 : positions.of(focusId), 0);
  const anchor = Math.max(anchorId === null ? focus : positions.of(anchorId), 0);

  const choose = (mask: Mask) => {
    selection.chooseImages(pickedIds(mask, order), "in the gallery");
  };
  const moveTo = (position: number, withAnchor: boolean) => {
    setFocusId(order[position] ?? null);
    if (withAnchor) setAnchorId(order[position] ?? null);
  };
  const none = () => new Uint8Array(order.length);

  return {
    picked,
    focus,
    choose,
    chooseAll: () => {
      if (order.length <= MOST_BY_ID) selection.chooseImages(order, "in the gallery");
      else selection.choose({ filter }, order, "in the gallery");
    },
    click: (position, { ctrl, shift }) => {
      if (position === null) {
        if (!ctrl && !shift) selection.clear();
        return;
      }
      moveTo(position, !shift);
      if (shift) choose(ranged(anchor, position, ctrl ? picked : none()));
      else choose(ctrl ? toggled(picked, position) : only(order.length, position));
    },
    step: (position, { ctrl, shift }) => {
      moveTo(position, !shift && !ctrl);
      if (shift) choose(ranged(anchor, position, none()));
      else if (!ctrl) choose(only(order.length, position));
    },
    toggleFocused: () => choose(toggled(picked, focus)),
    clear: () => selection.clear(),
  };
};

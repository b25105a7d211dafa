import { Text } from "@mantine/core";
import { useEffect } from "react";

import { fileName, type ImageBook } from "@/store/imageBook";
import { readRow, rowOf, type ImageStates } from "@/store/imageStates";
import { useObservable, type Cell } from "@/store/observable";
import { LabelChip } from "@/ui/LabelChip";

import classes from "./map.module.css";
import type { Hovered } from "./MapPane";
import type { ClassLook } from "./painting";
import type { Wants } from "./wants";

const CARD_PX = 208;
const CARD_HIGH = 268;

/** The image under the pointer, larger, with what is known of it. */
export const HoverCard = ({
  hovered,
  book,
  wants,
  states,
  classList,
}: {
  hovered: Cell<Hovered | null>;
  book: ImageBook;
  wants: Wants;
  states: ImageStates;
  classList: readonly ClassLook[];
}) => {
  const over = useObservable(hovered);
  useObservable(book.version);
  useObservable(wants.pictures.version);
  useEffect(() => {
    if (over !== null) wants.set("hover", [over.imageId]);
  }, [over, wants]);
  if (over === null) return null;
  const facts = book.get(over.imageId);
  const picture = wants.pictures.get(over.imageId);
  const row = rowOf(states, over.imageId);
  const known = row < 0 ? null : readRow(states, row);
  const lookOf = (id: number | null | undefined) => classList.find((each) => each.id === id);
  const [label, proposal] = [lookOf(known?.class_id), lookOf(known?.proposal_class_id)];
  const left = over.left + 20 + CARD_PX > window.innerWidth ? over.left - CARD_PX - 20 : over.left + 20;
  const top = Math.max(56, Math.min(over.top - 40, window.innerHeight - CARD_HIGH));
  return (
    <div className={classes.hoverCard} style={{ left, top }} role="status">
      <div className={classes.hoverPicture}>{picture !== undefined && <img src={picture.url} alt="" />}</div>
      <Text size="xs" truncate>
        {fileName(facts, over.imageId)}
      </Text>
      <div className={classes.chips}>
        {label !== undefined && <LabelChip name={label.name} colour={label.colour} proposed={false} />}
        {label === undefined && proposal !== undefined && (
          <LabelChip
            name={proposal.name}
            colour={proposal.colour}
            confidence={known?.confidence ?? null}
            proposed
          />
        )}
        {label === undefined && proposal === undefined && (
          <Text size="xs" c="dimmed">
            {known?.state === undefined || known.state === "new" ? "No label yet" : known.state}
          </Text>
        )}
      </div>
    </div>
  );
};

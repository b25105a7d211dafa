import { Group, Modal, Text } from "@mantine/core";
import { useEffect } from "react";

import type { ImageBook } from "@/store/imageBook";
import { pictureUrl } from "@/store/imageBook";
import { useObservable } from "@/store/observable";
import { countOf } from "@/ui/words";

import classes from "./gallery.module.css";

/** One image large, over the grid; arrows go on, Space and Esc go back. */
export const Preview = ({
  order,
  position,
  book,
  onMove,
  onClose,
}: {
  order: Uint32Array;
  /** null: closed. */
  position: number | null;
  book: ImageBook;
  onMove: (position: number) => void;
  onClose: () => void;
}) => {
  useObservable(book.version);
  const id = position === null ? undefined : order[position];
  const facts = id === undefined ? undefined : book.get(id);
  useEffect(() => {
    if (position === null) return;
    const near = [position + 1, position - 1].flatMap((at) => book.get(order[at] ?? -1) ?? []);
    for (const { content_hash } of near) new Image().src = pictureUrl(content_hash, "large");
  }, [position, order, book]);
  return (
    <Modal
      opened={position !== null}
      onClose={onClose}
      size="90vw"
      title={facts?.path.split("/").at(-1) ?? "Image"}
      transitionProps={{ duration: 80 }}
      onKeyDown={(event) => {
        if (position === null) return;
        if (event.key === "ArrowRight") onMove(Math.min(position + 1, order.length - 1));
        else if (event.key === "ArrowLeft") onMove(Math.max(position - 1, 0));
        else if (event.key === " ") onClose();
        else return;
        event.preventDefault();
      }}
    >
      <div className={classes.preview} style={{ height: "78vh" }}>
        {facts !== undefined && (
          <img
            key={facts.content_hash}
            className={classes.large}
            src={pictureUrl(facts.content_hash, "large")}
            alt={facts.path}
          />
        )}
        <Group justify="space-between" gap="sm">
          <Text c="dimmed" truncate>
            {facts?.path}
          </Text>
          <Text c="dimmed" className="tabular">
            {facts !== undefined && `${facts.width_px} × ${facts.height_px} px · `}
            {position !== null &&
              `${(position + 1).toLocaleString("en")} of ${countOf(order.length, "image")}`}
          </Text>
        </Group>
      </div>
    </Modal>
  );
};

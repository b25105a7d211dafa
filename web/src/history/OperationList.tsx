import { Button, Loader } from "@mantine/core";
import { useQueries } from "@tanstack/react-query";
import { useVirtualizer } from "@tanstack/react-virtual";
import { useEffect, useRef, useState } from "react";

import { operationImagesQuery, type Operation } from "@/store/history";
import { useProject } from "@/store/hooks";
import { imageBook } from "@/store/images";

import { dayWords, isSameDay } from "./days";
import classes from "./history.module.css";
import { OperationRow } from "./OperationRow";
import type { useHistory } from "./useHistory";

const ROW_PX = 72;
const DAY_PX = 56;
/** Pictures of an operation. */
const MOST_PICTURES = 8;
/** So many operations before the end the next page is asked for. */
const AHEAD = 15;

const startsDay = (operations: readonly Operation[], at: number): boolean => {
  const [before, here] = [operations[at - 1], operations[at]];
  return before === undefined || (here !== undefined && !isSameDay(before.made_at, here.made_at));
};

/** Image ids by operation, for those that are on the screen. */
const usePictures = (shown: readonly Operation[]): ReadonlyMap<number, readonly number[]> => {
  const { id } = useProject();
  const asked = shown.filter((each) => each.image_count > 0);
  const answers = useQueries({
    queries: asked.map((each) => operationImagesQuery(id, each.id, MOST_PICTURES)),
  });
  const found = new Map(asked.map((each, at) => [each.id, answers[at]?.data ?? []]));
  const wanted = [...found.values()].flat().join(",");
  useEffect(() => {
    if (wanted !== "") imageBook(id).want(wanted.split(",").map(Number));
  }, [id, wanted]);
  return found;
};

/** All operations in one endless list; only what is on the screen is in the page. */
export const OperationList = ({
  history,
  onRevert,
}: {
  history: ReturnType<typeof useHistory>;
  onRevert: (operation: Operation) => void;
}) => {
  const { operations, hasNextPage, isFetchingNextPage, isFetchNextPageError, fetchNextPage } = history;
  const scroll = useRef<HTMLDivElement>(null);
  const [opened, setOpened] = useState<ReadonlySet<number>>(new Set());
  // eslint-disable-next-line react-hooks/incompatible-library -- rows are read in the same render that asks for them
  const rows = useVirtualizer({
    count: operations.length,
    getScrollElement: () => scroll.current,
    estimateSize: (at) => ROW_PX + (startsDay(operations, at) ? DAY_PX : 0),
    getItemKey: (at) => operations[at]?.id ?? at,
    overscan: 4,
    initialRect: { width: 1000, height: 800 },
  });
  const items = rows.getVirtualItems();
  const shown = items.flatMap(({ index }) => operations[index] ?? []);
  const pictures = usePictures(shown);
  const last = items.at(-1)?.index ?? 0;
  const more =
    hasNextPage && !isFetchingNextPage && !isFetchNextPageError && last >= operations.length - AHEAD;
  useEffect(() => {
    if (more) void fetchNextPage();
  }, [more, fetchNextPage]);
  const toggle = (id: number) =>
    setOpened((now) =>
      now.has(id) ? new Set([...now].filter((each) => each !== id)) : new Set([...now, id]),
    );
  return (
    // The list is scrolled by the keyboard too, also where nothing in it has the focus.
    // eslint-disable-next-line jsx-a11y/no-noninteractive-tabindex
    <div ref={scroll} className={classes.scroll} tabIndex={0} role="region" aria-label="Operations">
      <div className={classes.column}>
        <div role="list" aria-label="Operations, newest first" style={{ height: rows.getTotalSize() }}>
          {items.map(({ index, key, start }) => {
            const operation = operations[index];
            if (operation === undefined) return null;
            return (
              <div
                key={key}
                ref={rows.measureElement}
                data-index={index}
                role="listitem"
                aria-posinset={index + 1}
                aria-setsize={hasNextPage ? -1 : operations.length}
                className={classes.item}
                style={{ transform: `translateY(${start}px)` }}
              >
                {startsDay(operations, index) && (
                  <h2 className={classes.day}>{dayWords(operation.made_at)}</h2>
                )}
                <OperationRow
                  operation={operation}
                  imageIds={pictures.get(operation.id) ?? []}
                  most={MOST_PICTURES}
                  opened={opened.has(operation.id)}
                  onToggle={() => toggle(operation.id)}
                  onRevert={() => onRevert(operation)}
                />
              </div>
            );
          })}
        </div>
        <div className={classes.end}>
          {isFetchingNextPage && <Loader aria-label="Reading older operations" />}
          {isFetchNextPageError && (
            <Button variant="default" onClick={() => void fetchNextPage()}>
              Older ones could not be read. Try again
            </Button>
          )}
          {!hasNextPage && <span>The beginning of this project</span>}
        </div>
      </div>
    </div>
  );
};

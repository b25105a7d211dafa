import { VisuallyHidden } from "@mantine/core";
import { useVirtualizer } from "@tanstack/react-virtual";
import { useCallback, useMemo, useRef, useState } from "react";

import type { ProjectClass } from "@/store/classes";
import { useImagesVersion, useProject } from "@/store/hooks";
import { useDrawsShapes } from "@/store/hooks";
import { classChords } from "@/store/keys/classKeys";
import { NONE, STATE } from "@/store/imageStates";
import { sayProblem } from "@/ui/toasts";

import classes from "./classes.module.css";
import { ClassRow } from "./ClassRow";
import type { ClassChanges } from "./useClassChanges";
import { useReorder } from "./useReorder";

const ROW_PX = 44;
const HINT = "class-order-hint";

/** How many images wait with a proposal of each class. */
const useProposed = (): ReadonlyMap<number, number> => {
  const { images } = useProject();
  const version = useImagesVersion();
  return useMemo(() => {
    // Before the first version there is nothing, and later ones bring other columns.
    if (version < 0) return new Map<number, number>();
    const { states, proposalClassIds } = images.columns;
    const found = new Map<number, number>();
    for (let row = 0; row < states.length; row++) {
      const id = proposalClassIds[row] ?? NONE;
      if (states[row] === STATE.proposed && id !== NONE) found.set(id, (found.get(id) ?? 0) + 1);
    }
    return found;
  }, [images, version]);
};

/** The classes in their order; only the rows on the screen are in the page. */
export const ClassTable = ({
  all,
  found,
  sortable,
  changes,
  onMerge,
  onDelete,
}: {
  all: readonly ProjectClass[];
  /** Those that are shown, in order. */
  found: readonly ProjectClass[];
  /** Whether they are all there, so that they can be put into another order. */
  sortable: boolean;
  changes: ClassChanges;
  onMerge: (about: ProjectClass) => void;
  onDelete: (about: ProjectClass) => void;
}) => {
  const scroll = useRef<HTMLDivElement>(null);
  const [said, setSaid] = useState("");
  const proposed = useProposed();
  const byId = useMemo(() => new Map(found.map((each) => [each.id, each])), [found]);
  const drawing = useDrawsShapes();
  const chords = useMemo(() => classChords(all, drawing), [all, drawing]);
  const ids = useMemo(() => found.map(({ id }) => id), [found]);
  // eslint-disable-next-line react-hooks/incompatible-library -- rows are read in the same render that asks for them
  const rows = useVirtualizer({
    count: found.length,
    getScrollElement: () => scroll.current,
    estimateSize: () => ROW_PX,
    overscan: 6,
    initialRect: { width: 900, height: 800 },
  });
  const { mutateAsync } = changes;
  const onOrder = useCallback(
    (order: number[]) => mutateAsync({ kind: "order", ids: order }).catch(sayProblem),
    [mutateAsync],
  );
  const reorder = useReorder({
    ids,
    rowPx: ROW_PX,
    scroller: useCallback(() => scroll.current, []),
    onOrder,
    onMoved: (id, place) => {
      setSaid(`${byId.get(id)?.name ?? ""} is number ${place + 1} of ${ids.length}`);
      rows.scrollToIndex(place);
    },
  });
  return (
    <>
      <div className={classes.table} role="table" aria-label="Classes" aria-rowcount={found.length + 1}>
        <div className={classes.bar} role="rowgroup">
          <div className={classes.columns} role="row" aria-rowindex={1}>
            <span role="columnheader">
              <VisuallyHidden>Order</VisuallyHidden>
            </span>
            <span role="columnheader">
              <VisuallyHidden>Colour</VisuallyHidden>
            </span>
            <span role="columnheader">Name</span>
            <span role="columnheader">Key</span>
            <span role="columnheader" className={classes.number}>
              Labels
            </span>
            <span role="columnheader" className={classes.number}>
              Proposed
            </span>
            <span role="columnheader">
              <VisuallyHidden>More</VisuallyHidden>
            </span>
          </div>
        </div>
        <div ref={scroll} className={classes.scroll} role="rowgroup">
          <div className={classes.rows} role="presentation" style={{ height: rows.getTotalSize() }}>
            {rows.getVirtualItems().map(({ index, start }) => {
              const id = reorder.shown[index];
              const about = id === undefined ? undefined : byId.get(id);
              if (about === undefined) return null;
              return (
                <ClassRow
                  key={about.id}
                  about={about}
                  all={all}
                  chord={chords.get(about.id) ?? null}
                  place={index}
                  top={start}
                  proposed={proposed.get(about.id) ?? 0}
                  reorder={sortable ? reorder : null}
                  hint={HINT}
                  changes={changes}
                  onMerge={() => onMerge(about)}
                  onDelete={() => onDelete(about)}
                />
              );
            })}
          </div>
        </div>
      </div>
      <VisuallyHidden id={HINT}>
        Drag, or press arrow up and arrow down, Home and End, to move.
      </VisuallyHidden>
      <VisuallyHidden role="status">{said}</VisuallyHidden>
    </>
  );
};

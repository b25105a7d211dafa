import { Button, Loader, useComputedColorScheme } from "@mantine/core";
import { useEffect, useMemo, useState } from "react";

import { useProject, useSession } from "@/store/hooks";
import { imageBook, pictureBook } from "@/store/images";
import { startRound } from "@/store/mapRounds";
import { Cell } from "@/store/observable";
import { Empty } from "@/ui/Empty";
import { say, sayProblem } from "@/ui/toasts";

import classes from "./map.module.css";
import { startView } from "./startView";
import { PaintedPane } from "./PaintedPane";
import type { ClassLook } from "./painting";
import type { Hovered } from "./MapPane";
import type { Layout } from "./layout";
import { usePreviewLayout } from "./useLayouts";
import { usePainting } from "./usePainting";
import { Wants } from "./wants";
import { HoverCard } from "./HoverCard";

const GROWS_EVERY_MS = 2000;
const NO_ISLANDS: ReadonlyMap<number, string> = new Map();
const PAN = { tool: "pan", mode: "replace", brushPx: 24 } as const;

/** Before the first round: the preview as it grows, and the button that lays the map out. */
export const FirstMap = ({ classList, working }: { classList: readonly ClassLook[]; working: boolean }) => {
  const project = useProject();
  const { events } = useSession();
  const { layout, refetch, isFetching } = usePreviewLayout(project.id, null);
  const [begun, setBegun] = useState(false);
  useEffect(() => {
    let last = 0;
    return events.listen(({ name }) => {
      if (name !== "job" || Date.now() - last < GROWS_EVERY_MS) return;
      last = Date.now();
      void refetch();
    });
  }, [events, refetch]);
  const begin = async () => {
    setBegun(true);
    try {
      await startRound(project.id, { rearrange: false, backbone: null });
      say("The map is being laid out.", "map-round");
    } catch (problem) {
      setBegun(false);
      sayProblem(problem);
    }
  };
  const waiting = working || begun;
  const action = waiting ? (
    <Loader role="status" aria-label="Working" />
  ) : (
    <Button onClick={() => void begin()}>Lay out the map</Button>
  );
  if (layout === null || layout.imageIds.length === 0) {
    return (
      <Empty title={isFetching ? "Looking for a map" : "No map yet"} action={action}>
        {waiting
          ? "Images are being read and embedded; their points appear here as soon as there are some."
          : "The map places images that look alike beside each other. It needs images that are embedded."}
      </Empty>
    );
  }
  return (
    <div className={classes.first}>
      <Preview layout={layout} classList={classList} />
      <div className={classes.firstNote} role="status">
        <span>
          Preview of {layout.imageIds.length.toLocaleString("en")} images.{" "}
          {waiting ? "The map follows." : "Lay out the map to see the islands."}
        </span>
        {action}
      </div>
    </div>
  );
};

const Preview = ({ layout, classList }: { layout: Layout; classList: readonly ClassLook[] }) => {
  const project = useProject();
  const dark = useComputedColorScheme("light") === "dark";
  const book = imageBook(project.id);
  const wants = useMemo(() => new Wants(book, pictureBook(project.id)), [book, project.id]);
  const [view] = useState(startView);
  const [hovered] = useState(() => new Cell<Hovered | null>(null));
  const painted = usePainting(layout, {
    colouring: "class",
    highlight: null,
    selection: null,
    classList,
    islandNames: NO_ISLANDS,
    dark,
  });
  return (
    <>
      <PaintedPane
        name="Preview of the map"
        layout={layout}
        painted={painted}
        islands={[]}
        bridges={[]}
        dark={dark}
        hand={PAN}
        view={view}
        covered={0}
        hovered={hovered}
        wants={wants}
        onChoose={nothing}
        onFocus={nothing}
      />
      <HoverCard
        hovered={hovered}
        book={book}
        wants={wants}
        states={project.images.columns}
        classList={classList}
      />
    </>
  );
};

const nothing = () => undefined;

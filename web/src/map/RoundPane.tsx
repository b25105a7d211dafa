import { useQuery } from "@tanstack/react-query";
import { useMemo, type ReactNode } from "react";

import type { Viewport } from "@/shapes/mapViewport";
import { bridgesQuery, islandsQuery, type Bridge, type IslandReport, type MapRound } from "@/store/mapRounds";
import { useProject } from "@/store/hooks";
import type { Cell } from "@/store/observable";

import type { HandSettings } from "./hands";
import type { Layout } from "./layout";
import type { Hovered } from "./MapPane";
import { PaintedPane } from "./PaintedPane";
import type { LegendEntry } from "./painting";
import type { Chosen, Mode } from "./regions";
import { roundWords } from "./Rounds";
import { usePainting, type PaintWishes } from "./usePainting";
import type { Wants } from "./wants";

const NO_ISLANDS: readonly IslandReport[] = [];
const NO_BRIDGES: readonly Bridge[] = [];

interface Props {
  round: MapRound;
  layout: Layout;
  view: Cell<Viewport>;
  covered: number;
  wishes: Omit<PaintWishes, "islandNames">;
  hand: HandSettings;
  hovered: Cell<Hovered | null>;
  wants: Wants;
  onChoose: (chosen: Chosen, mode: Mode) => void;
  onFocus: (imageId: number) => void;
  /** The legend of what the colours say here. */
  children?: (entries: readonly LegendEntry[]) => ReactNode;
}

/** One round: its points, the names of its islands, and its bridges. */
export const RoundPane = (props: Props) => {
  const { round, layout, view, wishes, hand, hovered, wants, onChoose, onFocus, children } = props;
  const { id } = useProject();
  const islands = useQuery(islandsQuery(id, round.number)).data ?? NO_ISLANDS;
  const bridges = useQuery(bridgesQuery(id, round.number)).data ?? NO_BRIDGES;
  const islandNames = useMemo(() => new Map(islands.map(({ number, name }) => [number, name])), [islands]);
  const { painting, marks } = usePainting(layout, { ...wishes, islandNames });
  const painted = useMemo(() => ({ painting, marks }), [painting, marks]);
  return (
    <>
      <PaintedPane
        name={roundWords(round)}
        layout={layout}
        painted={painted}
        islands={islands}
        bridges={bridges}
        dark={wishes.dark}
        hand={hand}
        view={view}
        covered={props.covered}
        hovered={hovered}
        wants={wants}
        onChoose={onChoose}
        onFocus={onFocus}
      />
      {children?.(painting.legend)}
    </>
  );
};

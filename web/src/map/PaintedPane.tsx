import { memo, useCallback, useMemo } from "react";

import { boundsOfPoints, fitTo, type Viewport } from "@/shapes/mapViewport";
import type { Bridge, IslandReport } from "@/store/mapRounds";
import type { Cell } from "@/store/observable";

import type { HandSettings } from "./hands";
import { fetchAhead } from "./fetchAhead";
import { IslandLabels } from "./IslandLabels";
import type { Layout } from "./layout";
import { MapPane, type Hovered } from "./MapPane";
import type { Painted } from "./usePainting";
import type { Chosen, Mode } from "./regions";
import { Sprites } from "./Sprites";
import type { Wants } from "./wants";

interface Props {
  name: string;
  layout: Layout;
  painted: Painted;
  islands: readonly IslandReport[];
  bridges: readonly Bridge[];
  dark: boolean;
  hand: HandSettings;
  view: Cell<Viewport>;
  covered: number;
  hovered: Cell<Hovered | null>;
  wants: Wants;
  onChoose: (chosen: Chosen, mode: Mode) => void;
  onFocus: (imageId: number) => void;
}

/** A map with its points, pictures and names. */
export const PaintedPane = memo((props: Props) => {
  const { name, layout, painted, islands, bridges, dark, hand, view, hovered, wants } = props;
  const fitScale = useMemo(() => {
    const { width, height } = view.get();
    return fitTo(boundsOfPoints(layout.xy), width || 800, height || 600).scale;
  }, [layout, view]);
  const ahead = useCallback((imageIds: Uint32Array) => fetchAhead(imageIds, wants), [wants]);
  return (
    <MapPane
      name={name}
      layout={layout}
      painting={painted.painting}
      marks={painted.marks}
      dark={dark}
      hand={hand}
      hovered={hovered}
      view={view}
      covered={props.covered}
      onChoose={props.onChoose}
      onFocus={props.onFocus}
      onAhead={ahead}
    >
      <Sprites
        name={name}
        layout={layout}
        painting={painted.painting}
        marks={painted.marks}
        view={view}
        fitScale={fitScale}
        wants={wants}
      />
      <IslandLabels
        layout={layout}
        islands={islands}
        bridges={bridges}
        view={view}
        mode={hand.mode}
        onChoose={props.onChoose}
      />
    </MapPane>
  );
});
PaintedPane.displayName = "PaintedPane";

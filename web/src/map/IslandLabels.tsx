import { memo, useMemo } from "react";

import { onMap, onScreen, type Point, type ScreenPx } from "@/shapes/mapUnits";
import { toScreen, type Viewport } from "@/shapes/mapViewport";
import type { Bridge, IslandReport } from "@/store/mapRounds";
import { useObservable, type Cell } from "@/store/observable";
import { countOf, percent } from "@/ui/words";

import { modeOf } from "./hands";
import { pointOf, type Layout } from "./layout";
import classes from "./map.module.css";
import { byHand, byIsland, type Chosen, type Mode } from "./regions";

const LABEL_HEIGHT = 40;
const GAP_PX = 8;
/** An island lower than so many labels is small. */
const SMALL_ISLAND = 2.5;
const CHARACTER_PX = 7;
const MOST_BRIDGES = 12;

interface Placed {
  key: string;
  at: Point<ScreenPx>;
  half: number;
}

/** Leaves out labels outside the pane and those that would lie on one before them. */
const withoutOverlap = <T extends Placed>(
  labels: readonly T[],
  view: Viewport,
  before: readonly Placed[] = [],
): T[] => {
  const kept: T[] = [];
  for (const label of labels) {
    const { at, half } = label;
    if (at.x < half || at.y < 20 || at.x > view.width - half || at.y > view.height - 20) continue;
    const lies = (other: Placed) =>
      Math.abs(other.at.x - at.x) < other.half + half && Math.abs(other.at.y - at.y) < LABEL_HEIGHT;
    if (!before.some(lies) && !kept.some(lies)) kept.push(label);
  }
  return kept;
};

/** Highest and lowest point of each island, map units. */
const reachOf = ({ xy, islands }: Layout): ReadonlyMap<number, { top: number; bottom: number }> => {
  const reach = new Map<number, { top: number; bottom: number }>();
  for (let point = 0; point < islands.length; point++) {
    const island = islands[point] ?? -1;
    const y = xy[2 * point + 1] ?? 0;
    const known = reach.get(island);
    if (known === undefined) reach.set(island, { top: y, bottom: y });
    else {
      known.top = Math.max(known.top, y);
      known.bottom = Math.min(known.bottom, y);
    }
  }
  return reach;
};

/** In the middle of a large island; above a small one, which it would cover. */
const placeOf = (
  now: Viewport,
  island: IslandReport,
  reach: { top: number; bottom: number } | undefined,
): Point<ScreenPx> => {
  const middle = toScreen(now, onMap(island.centre_x, island.centre_y));
  if (reach === undefined || (reach.top - reach.bottom) * now.scale > SMALL_ISLAND * LABEL_HEIGHT)
    return middle;
  const top = toScreen(now, onMap(island.centre_x, reach.top));
  return onScreen(top.x, top.y - LABEL_HEIGHT / 2 - GAP_PX);
};

const middleOf = (
  layout: Layout,
  imageIds: readonly number[],
): Point<ReturnType<typeof onMap>["x"]> | null => {
  let [x, y, count] = [0, 0, 0];
  for (const id of imageIds) {
    const point = pointOf(layout, id);
    if (point < 0) continue;
    x += layout.xy[2 * point] ?? 0;
    y += layout.xy[2 * point + 1] ?? 0;
    count += 1;
  }
  return count === 0 ? null : onMap(x / count, y / count);
};

const islandDetail = (island: IslandReport): string =>
  [
    countOf(island.image_count, "image"),
    island.purity === null ? "no labels yet" : `${percent(island.purity)} pure`,
    island.odd_count === 0 ? null : countOf(island.odd_count, "odd one"),
  ]
    .filter((part) => part !== null)
    .join(", ");

const bridgeDetail = ({ image_ids, labelled_count, purity }: Bridge): string =>
  [
    countOf(image_ids.length, "image"),
    purity === null ? "no labels yet" : `${labelled_count} labelled, ${percent(purity)} of one class`,
  ].join(", ");

interface Props {
  layout: Layout;
  islands: readonly IslandReport[];
  bridges: readonly Bridge[];
  view: Cell<Viewport>;
  mode: Mode;
  onChoose: (chosen: Chosen, mode: Mode) => void;
}

/** Names of the islands and marks of the bridges; a click chooses their images. */
export const IslandLabels = memo(({ layout, islands, bridges, view, mode, onChoose }: Props) => {
  const now = useObservable(view);
  const reach = useMemo(() => reachOf(layout), [layout]);
  const names = islands
    .toSorted((a, b) => b.image_count - a.image_count)
    .map((island) => ({
      key: `island ${island.number}`,
      island,
      at: placeOf(now, island, reach.get(island.number)),
      half: (Math.max(island.name.length, 12) * CHARACTER_PX) / 2 + 12,
    }));
  const crossings = bridges.slice(0, MOST_BRIDGES).flatMap((bridge) => {
    const middle = middleOf(layout, bridge.image_ids);
    if (middle === null) return [];
    return [{ key: `bridge ${bridge.first} ${bridge.second}`, bridge, at: toScreen(now, middle), half: 44 }];
  });
  const named = withoutOverlap(names, now);
  return (
    <div className={classes.labels}>
      {named.map(({ key, island, at }) => (
        <button
          key={key}
          type="button"
          className={classes.island}
          style={{ left: at.x, top: at.y }}
          aria-label={`Select island ${island.name}: ${islandDetail(island)}`}
          title={islandDetail(island)}
          onClick={(event) => onChoose(byIsland(layout, island.number, island.name), modeOf(event, mode))}
        >
          <strong>{island.name}</strong>
          <span className="tabular">
            {island.image_count.toLocaleString("en")}
            {island.purity !== null && ` · ${percent(island.purity)}`}
            {island.odd_count > 0 && <em> · {island.odd_count} odd</em>}
          </span>
        </button>
      ))}
      {withoutOverlap(crossings, now, named).map(({ key, bridge, at }) => (
        <button
          key={key}
          type="button"
          className={classes.bridge}
          style={{ left: at.x, top: at.y }}
          aria-label={`Select the bridge between ${bridge.first_name} and ${bridge.second_name}: ${bridgeDetail(bridge)}`}
          title={`Between ${bridge.first_name} and ${bridge.second_name}: ${bridgeDetail(bridge)}`}
          onClick={(event) =>
            onChoose(
              byHand(bridge.image_ids, `bridge "${bridge.first_name}" – "${bridge.second_name}"`),
              modeOf(event, mode),
            )
          }
        >
          ⇄ {bridge.image_ids.length}
          {bridge.purity !== null && ` · ${percent(bridge.purity)}`}
        </button>
      ))}
    </div>
  );
});
IslandLabels.displayName = "IslandLabels";

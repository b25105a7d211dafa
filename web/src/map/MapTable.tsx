import { Button, useComputedColorScheme } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import { useNavigate, useSearch } from "@tanstack/react-router";
import { useCallback, useEffect, useMemo, useRef, useState } from "react";

import { onScreen } from "@/shapes/mapUnits";
import { boundsOfPoints, fitTo, zoomAt } from "@/shapes/mapViewport";
import type { ProjectClass } from "@/store/classes";
import { useImagesVersion, useProject } from "@/store/hooks";
import { imageBook, pictureBook } from "@/store/images";
import type { MapRound } from "@/store/mapRounds";
import { Cell } from "@/store/observable";
import { projectQuery } from "@/store/projects";
import { Empty } from "@/ui/Empty";

import { HoverCard } from "./HoverCard";
import { movesBetween, type Layout } from "./layout";
import { Legend } from "./Legend";
import classes from "./map.module.css";
import type { Hovered } from "./MapPane";
import { byHand, type Chosen, type Mode, type Tool } from "./regions";
import { RoundPane } from "./RoundPane";
import { Rounds } from "./Rounds";
import { startView } from "./startView";
import { Toolbar } from "./Toolbar";
import { Tray } from "./Tray";
import { useRoundLayout } from "./useLayouts";
import { useMapKeys } from "./useMapKeys";
import { useMarked } from "./useMarked";
import { useMapSelection } from "./useMapSelection";
import { Wants } from "./wants";

const MOST_MOVED = 60;
/** Width of the tools, and of the tools with the legend. */
const TOOLS_PX = 48;
const LEGEND_PX = 256;
const PLAY_MS = 1600;

interface Props {
  /** At least one. */
  rounds: readonly MapRound[];
  classList: readonly ProjectClass[];
  working: boolean;
}

/** The map with its tools, its rounds and the tray of what is selected. */
export const MapTable = ({ rounds, classList, working }: Props) => {
  const project = useProject();
  const search = useSearch({ from: "/projects/$projectId/map" });
  const navigate = useNavigate({ from: "/projects/$projectId/map" });
  const dark = useComputedColorScheme("light") === "dark";
  const facts = useQuery(projectQuery(project.id));
  useImagesVersion();

  const last = rounds.at(-1);
  const shown = rounds.find(({ number }) => number === search.round) ?? last;
  const beside = rounds.find(({ number }) => number === search.beside) ?? null;
  const { layout, error, refetch } = useRoundLayout(project.id, shown?.number ?? null);
  const second = useRoundLayout(project.id, beside?.number ?? null).layout;
  const moves = useMoves(project.id, rounds, shown, layout);

  const book = imageBook(project.id);
  const wants = useMemo(() => new Wants(book, pictureBook(project.id)), [book, project.id]);
  const [hovered] = useState(() => new Cell<Hovered | null>(null));
  const [view] = useState(startView);
  const [secondView] = useState(startView);
  const [tool, setTool] = useState<Tool>("lasso");
  const [mode, setMode] = useState<Mode>("replace");
  const [brushPx, setBrushPx] = useState(24);
  const [focused, setFocused] = useState<number | null>(null);
  const [highlight, setHighlight] = useState<number | null>(null);
  const hand = useMemo(() => ({ tool, mode, brushPx }), [tool, mode, brushPx]);

  const { selection, choose, actions } = useMapSelection(classList, focused, wants);
  const marked = useMarked(selection, wants.pictures);
  const latestChoose = useRef(choose);
  useEffect(() => {
    latestChoose.current = choose;
  });
  const onChoose = useCallback((chosen: Chosen, how: Mode) => latestChoose.current(chosen, how), []);

  const covered = beside === null ? LEGEND_PX : TOOLS_PX;
  const fit = () => {
    const panes = [[view, layout, covered] as const, [secondView, second, 0] as const];
    for (const [cell, drawn, left] of panes) {
      if (drawn === null) continue;
      cell.update((now) => fitTo(boundsOfPoints(drawn.xy), now.width, now.height, left));
    }
  };
  const zoom = (factor: number) =>
    view.update((now) => zoomAt(now, onScreen(now.width / 2, now.height / 2), factor));
  useMapKeys(
    classList,
    {
      tool: setTool,
      mode: setMode,
      brush: (factor) => setBrushPx((now) => Math.min(160, Math.max(6, now * factor))),
      zoom,
      fit,
    },
    actions,
  );
  const show = (round: number) => void navigate({ search: { ...search, round }, replace: true });
  const play = usePlay(rounds, show);

  if (error !== null && layout === null) {
    return (
      <Empty title="The map did not come" action={<Button onClick={() => void refetch()}>Try again</Button>}>
        {error.message}
      </Empty>
    );
  }
  if (layout === null || shown === undefined) {
    return <div className={classes.loading} role="status" aria-label="Loading the map" />;
  }
  const wishes = { colouring: search.colour ?? "class", highlight, selection: marked, classList, dark };
  const common = { wishes, hand, hovered, wants, onChoose, onFocus: setFocused };
  return (
    <div className={classes.screen}>
      <div className={classes.stage} data-beside={beside !== null}>
        <RoundPane {...common} round={shown} layout={layout} view={view} covered={covered}>
          {(entries) => (
            <Legend
              key={beside === null ? "one" : "two"}
              opened={beside === null}
              colouring={wishes.colouring}
              entries={entries}
              highlight={highlight}
              onColouring={(colour) => {
                setHighlight(null);
                void navigate({ search: { ...search, colour }, replace: true });
              }}
              onHighlight={setHighlight}
            />
          )}
        </RoundPane>
        {beside !== null && second !== null && (
          <RoundPane {...common} round={beside} layout={second} view={secondView} covered={0} />
        )}
        <Toolbar tool={tool} mode={mode} onTool={setTool} onMode={setMode} onFit={fit} onZoom={zoom} />
      </div>
      <Tray
        selection={selection}
        states={project.images.columns}
        classList={classList}
        book={book}
        wants={wants}
        hovered={hovered}
        focused={focused}
        actions={actions}
        onChoose={onChoose}
        onToggle={(imageId) => project.selection.toggle(imageId)}
        onFocus={setFocused}
      />
      <Rounds
        rounds={rounds}
        shown={shown}
        beside={beside}
        moves={moves}
        backbone={facts.data?.backbone ?? ""}
        busy={working}
        onShow={show}
        onPlay={play}
        onMoves={() =>
          onChoose(
            byHand(
              moves?.farthest.map(({ imageId }) => imageId) ?? [],
              `moved farthest to round ${shown.number}`,
            ),
            "replace",
          )
        }
        onBeside={(round) => {
          const { beside: _, ...rest } = search;
          void navigate({ search: round === null ? rest : { ...rest, beside: round }, replace: true });
        }}
      />
      <HoverCard
        hovered={hovered}
        book={book}
        wants={wants}
        states={project.images.columns}
        classList={classList}
      />
    </div>
  );
};

/** Goes through all rounds, one after the other. */
const usePlay = (rounds: readonly MapRound[], show: (round: number) => void): (() => void) => {
  const timers = useRef<ReturnType<typeof setTimeout>[]>([]);
  const stop = () => timers.current.forEach(clearTimeout);
  useEffect(() => stop, []);
  return () => {
    stop();
    timers.current = rounds.map(({ number }, place) => setTimeout(() => show(number), place * PLAY_MS));
  };
};

/** What moved from the round before, once its points are there. */
const useMoves = (
  projectId: number,
  rounds: readonly MapRound[],
  shown: MapRound | undefined,
  layout: Layout | null,
) => {
  const before = rounds[rounds.findIndex(({ number }) => number === shown?.number) - 1];
  const earlier = useRoundLayout(projectId, before?.number ?? null).layout;
  return useMemo(
    () =>
      earlier !== null && layout !== null && earlier.round === before?.number
        ? movesBetween(earlier, layout, MOST_MOVED)
        : null,
    [earlier, layout, before],
  );
};

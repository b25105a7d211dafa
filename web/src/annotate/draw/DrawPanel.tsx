import { useMemo } from "react";

import type { Sitting, SittingImage } from "@/annotate/sitting";
import { SittingProgress } from "@/annotate/SittingProgress";
import type { Drawn, Offered } from "@/shapes/edit";
import type { Traits } from "@/shapes/shape";
import type { ProjectClass } from "@/store/classes";
import type { ImageState } from "@/store/filters";

import { Decide, Least } from "./Decide";
import classes from "./draw.module.css";
import { ObjectList } from "./ObjectList";
import { Palette } from "./Palette";
import { Selected } from "./Selected";
import type { DrawDeeds } from "./useDrawKeys";

const STATE_WORDS: Record<ImageState, string> = {
  new: "Open",
  proposed: "Open, with proposals",
  draft: "Open, with drawings",
  labelled: "Finished",
  skipped: "Skipped",
  unclear: "Marked unclear",
};

export interface DrawPanelProps {
  card: SittingImage | null;
  state: ImageState;
  sitting: Sitting;
  all: readonly ProjectClass[];
  named: ReadonlyMap<number, ProjectClass>;
  hints: ReadonlyMap<number, string>;
  drawn: readonly Drawn[];
  offered: readonly Offered[];
  /** Of the proposals, those that are sure enough. */
  shown: readonly Offered[];
  /** Of what is drawn, what is selected. */
  chosen: readonly Drawn[];
  classId: number | null;
  least: number;
  review: boolean;
  searching: boolean;
  marks: { selected: ReadonlySet<string>; hidden: ReadonlySet<string>; locked: ReadonlySet<string> };
  deeds: DrawDeeds;
  onSearching: (opened: boolean) => void;
  onLeast: (least: number) => void;
  onTraits: (change: (traits: Traits) => Traits, words: string) => void;
  onSelect: (keys: ReadonlySet<string>) => void;
  onReveal: (key: string) => void;
  onHide: (key: string) => void;
  onLock: (key: string) => void;
  onDelete: (key: string) => void;
  onAccept: (id: number) => void;
  onReject: (id: number) => void;
}

/** Beside the drawing: classes, objects, what is said of them, proposals, and the way on. */
export const DrawPanel = (props: DrawPanelProps) => {
  const { card, state, sitting, all, drawn, offered, shown, chosen, deeds, marks } = props;
  const counts = useMemo(() => {
    const found = new Map<number, number>();
    for (const { classId } of drawn) found.set(classId, (found.get(classId) ?? 0) + 1);
    return found;
  }, [drawn]);
  return (
    <aside className={classes.panel} aria-label="This image">
      <div className={classes.head} title={card?.explanation ?? undefined}>
        <h2>{STATE_WORDS[state]}</h2>
        <span>{drawn.length.toLocaleString("en")} drawn</span>
      </div>
      <Palette
        all={all}
        hints={props.hints}
        counts={counts}
        classId={props.classId}
        searching={props.searching}
        onSearching={props.onSearching}
        onClass={deeds.give}
      />
      <ObjectList
        drawn={drawn}
        shown={shown}
        named={props.named}
        selected={marks.selected}
        hidden={marks.hidden}
        locked={marks.locked}
        onSelect={props.onSelect}
        onReveal={props.onReveal}
        onHide={props.onHide}
        onLock={props.onLock}
        onDelete={props.onDelete}
        onAccept={props.onAccept}
        onReject={props.onReject}
      />
      <Selected chosen={chosen} onChange={props.onTraits} />
      {offered.length > 0 && (
        <Least least={props.least} shown={shown.length} all={offered.length} onLeast={props.onLeast} />
      )}
      <Decide
        state={state}
        shown={shown.length}
        drawn={drawn.length}
        review={props.review}
        onAccept={deeds.accept}
        onReject={deeds.reject}
        onSkip={deeds.skip}
        onUnclear={deeds.unclear}
        onReopen={deeds.reopen}
      />
      <SittingProgress sitting={sitting} />
    </aside>
  );
};

import { useEffect, useMemo, useRef, useState } from "react";

import { FilmStrip, inStrip } from "@/annotate/FilmStrip";
import { shownImage } from "@/annotate/sitting";
import type { SittingStore } from "@/annotate/sittingStore";
import { useFollowUndo } from "@/annotate/useFollowUndo";
import Editor from "@/editor/Editor";
import type { EditorHandle } from "@/editor/handle";
import { NO_EDIT, type Edit } from "@/shapes/edit";
import type { ProjectClass } from "@/store/classes";
import { useImagesVersion, useProject } from "@/store/hooks";
import { pictureUrl, SIDES } from "@/store/imageBook";
import { imageBook } from "@/store/images";
import { classHints } from "@/store/keys/classKeys";
import { useObservable } from "@/store/observable";
import { say, sayProblem } from "@/ui/toasts";

import classes from "./draw.module.css";
import {
  agreed,
  firstTool,
  shownProposals,
  skeletonsOf,
  stillThere,
  toggled,
  toolsOf,
  withTraits,
  type DrawTask,
} from "./drawing";
import { DrawPanel } from "./DrawPanel";
import { useDrawDecisions } from "./useDrawDecisions";
import { useDrawKeys } from "./useDrawKeys";
import { useLeast } from "./useLeast";
import { ToolRail } from "./ToolRail";

/** So many of the next images are kept ready with what is drawn in them; the one before as well. */
const READY = 3;
const NONE: ReadonlySet<string> = new Set();
const FRESH = { selected: NONE, hidden: NONE, locked: NONE };

/** The image, what is drawn on it, and the hands on both. */
const DrawPlace = ({
  store,
  all,
  task,
  review,
}: {
  store: SittingStore;
  all: readonly ProjectClass[];
  task: DrawTask;
  review: boolean;
}) => {
  const project = useProject();
  useImagesVersion();
  const book = imageBook(project.id);
  useObservable(book.version);
  useObservable(project.instances.version);
  const sitting = useObservable(store.cell);
  const card = shownImage(sitting);
  const imageId = card?.image_id ?? 0;
  const facts = book.get(imageId);
  const view = useObservable(project.instances.of(imageId).shown);
  const named = useMemo(() => new Map(all.map((each) => [each.id, each])), [all]);
  const hints = useMemo(() => classHints(all, true), [all]);
  const skeletons = useMemo(() => skeletonsOf(all), [all]);
  const [tool, setTool] = useState(() => firstTool(task));
  const [wantedClass, setWantedClass] = useState<number | null>(null);
  const classId = wantedClass !== null && named.has(wantedClass) ? wantedClass : (all[0]?.id ?? null);
  const [least, setLeast] = useLeast(project.id);
  const [searching, setSearching] = useState(false);
  const [marks, setMarks] = useState({ imageId, ...FRESH });
  const hand = useRef<EditorHandle>(null);
  useFollowUndo(project, store, null);

  const drawn = view?.drawn ?? [];
  const offered = view?.offered ?? [];
  const shown = shownProposals(offered, least);
  const own = marks.imageId === imageId ? marks : { imageId, ...FRESH };
  const selected = stillThere(own.selected, drawn, shown);
  const chosen = drawn.filter(({ key }) => selected.has(key));
  const mark = (part: Partial<typeof FRESH>) => setMarks({ ...own, ...part });

  const ready = sitting.images.slice(Math.max(sitting.at - 1, 0), sitting.at + READY + 1);
  const next = book.get(sitting.images[sitting.at + 1]?.image_id ?? 0);
  useEffect(() => {
    const current = sitting.images[sitting.at];
    const soon = [...(current === undefined ? [] : [current]), ...ready].map((each) => each.image_id);
    project.instances.want([...new Set(soon)]);
    book.want([...new Set([...soon, ...inStrip(sitting).map((each) => each.image_id)])]);
  });

  // Bound to the image that is drawn on: whatever comes late from its editor is of this image.
  const perform = (edit: Edit, words: string) => void project.edit(imageId, edit, words)?.catch(sayProblem);
  const decisions = useDrawDecisions(project, store, hand, least);
  const change = (...[traits, words]: Parameters<ChangeTraits>) =>
    perform(withTraits(drawn, selected, traits), words);
  const deeds = {
    ...decisions,
    give: (id: number) => {
      setWantedClass(id);
      hand.current?.giveClass(id);
    },
    tool: (wanted: typeof tool) => {
      if (toolsOf(task).includes(wanted)) setTool(wanted);
    },
    hide: () => mark({ hidden: toggled(own.hidden, selected) }),
    lock: () =>
      mark({
        locked: toggled(
          own.locked,
          chosen.map(({ key }) => key),
        ),
      }),
    occluded: () => {
      if (chosen.length === 0) return;
      const wanted = agreed(chosen, "occluded") !== true;
      change(
        (traits) => ({ ...traits, occluded: wanted }),
        wanted ? "Marked occluded" : "No longer occluded",
      );
    },
    search: () => setSearching(true),
  };
  const peek = useDrawKeys(review, all, deeds, () => hand.current);

  return (
    <>
      <ToolRail tools={toolsOf(task)} tool={tool} onTool={setTool} />
      <div
        className={classes.canvas}
        data-image={imageId}
        aria-busy={decisions.seen !== imageId || view === null}
      >
        {facts === undefined || view === null ? (
          <p className={classes.waiting} role="status">
            {book.isGone(imageId) ? "This image is gone." : "The image is on its way."}
          </p>
        ) : (
          <Editor
            key={imageId}
            handle={hand}
            picture={{
              url: pictureUrl(facts.content_hash, "large"),
              largeUrl:
                Math.max(facts.width_px, facts.height_px) > SIDES.large
                  ? pictureUrl(facts.content_hash, "largest")
                  : null,
              widthPx: facts.width_px,
              heightPx: facts.height_px,
            }}
            nextUrl={next === undefined ? null : pictureUrl(next.content_hash, "large")}
            drawn={drawn}
            offered={shown}
            classes={all}
            classId={classId}
            skeletons={skeletons}
            tools={toolsOf(task)}
            tool={tool}
            onTool={setTool}
            selected={selected}
            onSelect={(keys) => mark({ selected: keys })}
            hidden={own.hidden}
            locked={own.locked}
            peek={peek}
            onEdit={perform}
            onNeedClass={() => {
              say("Choose a class first.", "need-class");
              setSearching(true);
            }}
            onPicture={() => decisions.see(imageId)}
          />
        )}
      </div>
      <div className={classes.strip}>
        <FilmStrip
          sitting={sitting}
          book={book}
          states={project.images.columns}
          named={named}
          drawing
          onGo={decisions.goTo}
        />
      </div>
      <DrawPanel
        card={card}
        state={view?.state ?? "new"}
        sitting={sitting}
        all={all}
        named={named}
        hints={hints}
        drawn={drawn}
        offered={offered}
        shown={shown}
        chosen={chosen}
        classId={classId}
        least={least}
        review={review}
        searching={searching}
        marks={{ ...own, selected }}
        deeds={deeds}
        onSearching={setSearching}
        onLeast={setLeast}
        onTraits={change}
        onSelect={(keys) => {
          mark({ selected: keys });
          hand.current?.focus();
        }}
        onReveal={(key) => hand.current?.reveal(key)}
        onHide={(key) => mark({ hidden: toggled(own.hidden, [key]) })}
        onLock={(key) => mark({ locked: toggled(own.locked, [key]) })}
        onDelete={(key) => perform({ ...NO_EDIT, removed: [key] }, "1 object deleted")}
        onAccept={(id) => perform({ ...NO_EDIT, accepted: [id] }, "1 proposal accepted")}
        onReject={(id) => perform({ ...NO_EDIT, rejected: [id] }, "1 proposal rejected")}
      />
    </>
  );
};

type ChangeTraits = (change: Parameters<typeof withTraits>[2], words: string) => void;

export default DrawPlace;

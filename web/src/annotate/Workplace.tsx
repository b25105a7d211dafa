import { useQuery } from "@tanstack/react-query";
import { useEffect, useMemo, useRef, useState } from "react";

import { useImagesVersion, useProject } from "@/store/hooks";
import type { ImageFacts } from "@/store/imageBook";
import { readRow, rowOf } from "@/store/imageStates";
import { type ProjectClass } from "@/store/classes";
import { detailsQuery, imageBook, type ImageProposal } from "@/store/images";
import { useObservable } from "@/store/observable";
import { say } from "@/ui/toasts";

import { Decisions } from "./decisions";
import { FilmStrip, inStrip } from "./FilmStrip";
import { labelsOf } from "./labelsOf";
import { SidePanel } from "./SidePanel";
import { shownImage } from "./sitting";
import type { SittingStore } from "./sittingStore";
import { Stage, type StageHandle } from "./Stage";
import { useAnnotateKeys, type Deeds } from "./useAnnotateKeys";
import { useFollowUndo } from "./useFollowUndo";

/** So many of the next images are kept ready, decoded; the one before as well. */
const READY = 3;

const NO_PROPOSALS: readonly ImageProposal[] = [];

/** The image, what is said of it, and the hands on it. */
export const Workplace = ({
  store,
  all,
  multiLabel,
  review,
}: {
  store: SittingStore;
  all: readonly ProjectClass[];
  multiLabel: boolean;
  review: boolean;
}) => {
  const project = useProject();
  useImagesVersion();
  const book = imageBook(project.id);
  useObservable(book.version);
  const sitting = useObservable(store.cell);
  const [decisions] = useState(() => new Decisions(project, store));
  const own = useObservable(decisions.own);
  const named = useMemo(() => new Map(all.map((each) => [each.id, each])), [all]);
  const stage = useRef<StageHandle>(null);
  const [searching, setSearching] = useState(false);
  useFollowUndo(project, store, decisions);

  const card = shownImage(sitting);
  const imageId = card?.image_id ?? 0;
  const details = useQuery(detailsQuery(project.id, imageId)).data ?? undefined;
  const states = project.images.columns;
  const row = readRow(states, Math.max(rowOf(states, imageId), 0));
  const labels = labelsOf(imageId, multiLabel, states, details, own.get(imageId));
  const proposals = proposalsOf(row, details?.proposals);
  const ready = sitting.images.slice(Math.max(sitting.at - 1, 0), sitting.at + READY + 1);
  const near = ready
    .map((each) => book.get(each.image_id))
    .filter((each): each is ImageFacts => each !== undefined);

  useEffect(() => {
    const shown = sitting.images[sitting.at];
    const wanted = [...(shown === undefined ? [] : [shown]), ...ready, ...inStrip(sitting)];
    book.want([...new Set(wanted.map((each) => each.image_id))]);
  });

  /** Goes on only where something was decided; a key before the pixels are there decides nothing. */
  const goOn = (decided: boolean) => {
    if (decided) store.move(1);
    else say("The picture is still on its way; nothing was decided.", "annotate-early");
  };
  const deeds: Deeds = {
    give: (chosen) => {
      if (multiLabel) decisions.toggle(chosen, labels);
      else goOn(decisions.label(chosen));
    },
    accept: () => {
      if (proposals.length > 0 && row.state === "proposed") {
        goOn(decisions.perform({ kind: "accept" }, "1 image accepted as proposed", accepted()));
      } else if (labels.length > 0) store.move(1);
    },
    reject: () => {
      if (proposals.length === 0) return;
      const rejected = decisions.perform({ kind: "reject" }, "Proposals of 1 image rejected");
      if (review || !rejected) goOn(rejected);
    },
    skip: () => goOn(decisions.perform({ kind: "skip" }, "1 image skipped")),
    unclear: () => goOn(decisions.perform({ kind: "unclear" }, "1 image marked unclear")),
    reopen: () => void decisions.perform({ kind: "reopen" }, "1 image reopened"),
    clear: () =>
      void decisions.perform({ kind: "clear" }, "Labels of 1 image taken away", {
        before: labels,
        after: [],
      }),
    next: () => store.move(1),
    previous: () => store.move(-1),
    search: () => setSearching(true),
  };
  const accepted = () => ({
    before: labels,
    after: [...new Set([...labels, ...proposals.map((each) => each.class_id)])],
  });
  useAnnotateKeys(review, all, deeds, () => stage.current);

  return (
    <>
      <Stage shown={book.get(imageId)} near={near} onSeen={decisions.see} handle={stage} />
      <FilmStrip
        sitting={sitting}
        book={book}
        states={states}
        named={named}
        onGo={(id) => store.moveTo(id)}
      />
      <SidePanel
        card={card}
        state={row.state}
        sitting={sitting}
        all={all}
        labels={labels}
        proposals={proposals}
        multiLabel={multiLabel}
        review={review}
        searching={searching}
        onSearching={setSearching}
        onClass={deeds.give}
        onAccept={deeds.accept}
        onReject={deeds.reject}
        onSkip={deeds.skip}
        onUnclear={deeds.unclear}
        onReopen={deeds.reopen}
      />
    </>
  );
};

/** All proposals where the details have come, else the surest one, which the columns know at once. */
const proposalsOf = (
  row: ReturnType<typeof readRow>,
  all: readonly ImageProposal[] | undefined,
): readonly ImageProposal[] => {
  if (row.proposal_class_id === null) return NO_PROPOSALS;
  if (all !== undefined && all.length > 0) return all;
  return [{ class_id: row.proposal_class_id, confidence: row.confidence ?? 0 }];
};

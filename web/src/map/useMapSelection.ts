/** What hands choose on the map, in the selection that all screens share; and what is then done with it. */
import { useEffect, useRef } from "react";

import { useProject, useSelection } from "@/store/hooks";
import { fetchSimilar, oddFirst } from "@/store/mapRounds";
import type { GestureBody } from "@/store/gesture";
import type { Selector } from "@/store/selector";
import { say, sayProblem } from "@/ui/toasts";

import { firstInTray } from "./fetchAhead";
import type { ClassLook } from "./painting";
import { byHand, combined, type Chosen, type Mode } from "./regions";
import type { TrayActions } from "./Tray";
import type { Wants } from "./wants";

const SIMILAR = 60;
/** The odd ones wait for their pictures before they take the place of others, but no longer than this. */
const MOST_WAIT_MS = 1000;

/** Odd ones first, with the pictures of those that come into view, so that no picture gives way to an empty place. */
const oddOnesSeen = async (projectId: number, selector: Selector, wants: Wants, signal: AbortSignal) => {
  const imageIds = await oddFirst(projectId, selector, signal);
  const first = firstInTray(imageIds);
  wants.set("odd ones", first);
  await wants.pictures.settled(first, AbortSignal.any([signal, AbortSignal.timeout(MOST_WAIT_MS)]));
  signal.throwIfAborted();
  return imageIds;
};

export const useMapSelection = (classList: readonly ClassLook[], focused: number | null, wants: Wants) => {
  const project = useProject();
  const selection = useSelection();
  const asked = useRef<Selector | null>(null);

  const choose = (chosen: Chosen, mode: Mode) => {
    const next = combined(project.selection.meant(), chosen, mode);
    project.selection.choose(next.selector, next.imageIds, next.words);
  };

  const selector = selection?.selector ?? null;
  useEffect(() => {
    if (selector === null || selector === asked.current) return undefined;
    asked.current = selector;
    const abort = new AbortController();
    oddOnesSeen(project.id, selector, wants, abort.signal)
      .then((imageIds) => project.selection.reorder(imageIds, selector))
      // The pictures are there in the order of the map already; only the odd ones are not first.
      .catch((problem: unknown) => !abort.signal.aborted && sayProblem(problem));
    return () => abort.abort();
  }, [project, selector, wants]);

  const perform = async (bodyOf: (selector: Selector) => GestureBody, verb: string) => {
    const gesture = project.performOnSelection(bodyOf, verb);
    if (gesture === null) {
      say("Nothing is selected. Draw around some points first.", "map-gesture");
      return;
    }
    project.selection.clear();
    try {
      say(`${(await gesture).words}. Ctrl+Z takes it back.`, "map-gesture");
    } catch (problem) {
      sayProblem(problem);
    }
  };

  const similar = async () => {
    if (focused === null) return;
    try {
      const found = await fetchSimilar(project.id, focused, SIMILAR);
      choose(byHand([focused, ...found.filter((id) => id !== focused)], "the most similar ones"), "replace");
    } catch (problem) {
      sayProblem(problem);
    }
  };

  const actions: TrayActions = {
    label: (classId) => {
      const name = classList.find(({ id }) => id === classId)?.name ?? "";
      void perform((meant) => ({ kind: "label", class_id: classId, selector: meant }), `labelled ${name}`);
    },
    accept: () => void perform((meant) => ({ kind: "accept", selector: meant }), "accepted"),
    reject: () => void perform((meant) => ({ kind: "reject", selector: meant }), "rejected"),
    skip: () => void perform((meant) => ({ kind: "skip", selector: meant }), "skipped"),
    unclear: () => void perform((meant) => ({ kind: "unclear", selector: meant }), "marked as unclear"),
    clearLabels: () => void perform((meant) => ({ kind: "clear", selector: meant }), "without label"),
    similar: () => void similar(),
    drop: () => project.selection.clear(),
  };
  return { selection, choose, actions };
};

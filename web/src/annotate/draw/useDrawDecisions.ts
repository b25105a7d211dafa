import { useRef, useState, type RefObject } from "react";

import type { SittingStore } from "@/annotate/sittingStore";
import type { EditorHandle } from "@/editor/handle";
import { NO_EDIT, type Edit } from "@/shapes/edit";
import type { InstancesView } from "@/store/instancesView";
import type { OpenProject } from "@/store/openProject";
import { say, sayProblem } from "@/ui/toasts";
import { countOf } from "@/ui/words";

import { acceptAll, rejectAll, shownProposals } from "./drawing";

/** What is said of the whole image on the screen, and the way to others. Everything is read when the key is pressed, so
 * that nothing is decided about an image of before. */
export const useDrawDecisions = (
  project: OpenProject,
  store: SittingStore,
  hand: RefObject<EditorHandle | null>,
  least: number,
) => {
  const [seen, setSeen] = useState<number | null>(null);
  const seenNow = useRef<number | null>(null);

  /** Whether there is something begun that going away would lose. */
  const isBegun = (): boolean => {
    if (hand.current?.isDrawing() !== true) return false;
    say("A shape is begun: Enter ends it, Esc drops it.", "annotate-begun");
    return true;
  };

  /** The image whose pixels are on the screen, and what is drawn in it; null while they are on their way. */
  const target = (): { imageId: number; view: InstancesView } | null => {
    if (isBegun()) return null;
    hand.current?.flush();
    const imageId = store.shown;
    const view = imageId === null ? null : project.instances.of(imageId).shown.get();
    if (imageId !== null && view !== null && imageId === seenNow.current) return { imageId, view };
    say("The picture is still on its way; nothing was decided.", "annotate-early");
    return null;
  };

  const edit = (imageId: number, wanted: Edit, words: string): void =>
    void project.edit(imageId, wanted, words)?.catch(sayProblem);

  const goOn = (imageId: number): void => {
    store.decided(imageId);
    store.move(1);
    hand.current?.focus();
  };

  const finish = (accepting: boolean): void => {
    const on = target();
    if (on === null) return;
    const shown = accepting ? shownProposals(on.view.offered, least) : [];
    if (shown.length > 0 || on.view.state !== "labelled") {
      const words = shown.length > 0 ? `${countOf(shown.length, "proposal")} accepted, ` : "";
      edit(on.imageId, acceptAll(shown), `${words}1 image finished`);
    }
    goOn(on.imageId);
  };

  const setAside = (kind: "skip" | "unclear" | "reopen", words: string): number | null => {
    const on = target();
    if (on === null) return null;
    const { imageId, view } = on;
    // While something is on its way the image's revision is not known yet; the order of sending keeps it right.
    const settled = project.instances.of(imageId).pendingCount === 0;
    const expected = settled ? { expected_revisions: { [imageId]: view.revision } } : {};
    project
      .perform({ kind, selector: { images: [imageId] }, ...expected }, Uint32Array.of(imageId), words)
      .catch(sayProblem);
    return imageId;
  };

  const asideAndOn = (kind: "skip" | "unclear", words: string): void => {
    const imageId = setAside(kind, words);
    if (imageId !== null) goOn(imageId);
  };

  return {
    seen,
    see: (imageId: number): void => {
      seenNow.current = imageId;
      setSeen(imageId);
    },
    accept: () => finish(true),
    finish: () => finish(false),
    reject: (): void => {
      const on = target();
      const shown = shownProposals(on?.view.offered ?? [], least);
      if (on === null || shown.length === 0) return;
      edit(on.imageId, rejectAll(shown), `${countOf(shown.length, "proposal")} rejected`);
    },
    skip: () => asideAndOn("skip", "1 image skipped"),
    unclear: () => asideAndOn("unclear", "1 image marked unclear"),
    reopen: (): void => {
      const on = target();
      if (on === null) return;
      if (on.view.state === "labelled")
        edit(on.imageId, { ...NO_EDIT, finished: false }, "1 image opened again");
      else if (on.view.state === "skipped" || on.view.state === "unclear")
        setAside("reopen", "1 image reopened");
    },
    next: (): void => {
      if (!isBegun()) store.move(1);
    },
    previous: (): void => {
      if (!isBegun()) store.move(-1);
    },
    goTo: (imageId: number): void => {
      if (!isBegun()) store.moveTo(imageId);
    },
  };
};

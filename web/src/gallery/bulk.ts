/** What can be done to all chosen images at once. */
import type { GestureBody } from "@/store/gesture";
import type { OpenProject } from "@/store/openProject";
import type { Selector } from "@/store/selector";
import type { Split } from "@/store/filters";
import { sayProblem } from "@/ui/toasts";

export interface Bulk {
  label: (classId: number, name: string) => void;
  accept: () => void;
  reject: () => void;
  skip: () => void;
  unclear: () => void;
  reopen: () => void;
  clear: () => void;
  split: (split: Split | null) => void;
  folder: (folder: string) => void;
}

/** Each is one gesture on the selection, which stays chosen; nothing happens where nothing is chosen. */
export const bulkOn = (project: OpenProject): Bulk => {
  const perform = (bodyOf: (selector: Selector) => GestureBody, verb: string): void => {
    project.performOnSelection(bodyOf, verb)?.catch(sayProblem);
  };
  const plain = (kind: "accept" | "reject" | "skip" | "unclear" | "reopen" | "clear", verb: string) => () =>
    perform((selector) => ({ kind, selector }), verb);
  return {
    label: (classId, name) =>
      perform((selector) => ({ kind: "label", class_id: classId, selector }), `labelled ${name}`),
    accept: plain("accept", "accepted as proposed"),
    reject: plain("reject", "with proposals rejected"),
    skip: plain("skip", "skipped"),
    unclear: plain("unclear", "marked unclear"),
    reopen: plain("reopen", "reopened"),
    clear: plain("clear", "with labels taken away"),
    split: (split) =>
      perform(
        (selector) => ({ kind: "split", split, selector }),
        split === null ? "put in no split" : `put in the ${split} split`,
      ),
    folder: (folder) =>
      perform((selector) => ({ kind: "folder", folder, selector }), `moved to folder “${folder}”`),
  };
};

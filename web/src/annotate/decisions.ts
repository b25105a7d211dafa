/** What can be decided about the image on the screen. Each is one gesture that carries the image and its revision. */
import type { GestureBody, OnImagesBody } from "@/store/gesture";
import { rowOf } from "@/store/imageStates";
import type { ProjectClass } from "@/store/classes";
import { Cell } from "@/store/observable";
import type { OpenProject } from "@/store/openProject";
import type { Selector } from "@/store/selector";
import { sayProblem } from "@/ui/toasts";

import type { OwnLabels } from "./labelsOf";
import type { SittingStore } from "./sittingStore";

type Asked<B> = B extends { selector: Selector } ? Omit<B, "selector" | "expected_revisions"> : never;

export class Decisions {
  /** Image whose pixels the person sees; nothing is decided about any other. */
  private seen: number | null = null;
  /** Classes of images as they were made here; for projects with several classes per image. */
  readonly own = new Cell<ReadonlyMap<number, OwnLabels>>(new Map());
  /** Classes before each gesture, for its undo. */
  private readonly before = new Map<string, OwnLabels>();

  constructor(
    private readonly project: OpenProject,
    private readonly sitting: SittingStore,
  ) {}

  see = (imageId: number): void => {
    this.seen = imageId;
  };

  /** The image on the screen, null while its pixels are still on the way. */
  private target(): number | null {
    const { shown } = this.sitting;
    return shown !== null && shown === this.seen ? shown : null;
  }

  /** Does something to the image on the screen and says whether it did. */
  perform(
    asked: Asked<OnImagesBody>,
    words: string,
    labels?: { before: readonly number[]; after: readonly number[] },
  ): boolean {
    const imageId = this.target();
    if (imageId === null) return false;
    const expected_revisions = this.project.revisionsOf([imageId]);
    const body = { ...asked, selector: { images: [imageId] }, expected_revisions } as GestureBody;
    const performed = this.project.perform(body, Uint32Array.of(imageId), words);
    this.sitting.decided(imageId);
    if (labels !== undefined) this.setOwn(imageId, labels.after);
    performed
      .then(({ key }) => {
        if (labels !== undefined) this.before.set(key, { classIds: labels.before, revision: 0 });
      })
      .catch(sayProblem);
    return true;
  }

  label = ({ id, name }: ProjectClass): boolean =>
    this.perform({ kind: "label", class_id: id }, `1 image labelled ${name}`);

  /** Adds a class to the image or takes it away. */
  toggle({ id, name }: ProjectClass, classIds: readonly number[]): boolean {
    const has = classIds.includes(id);
    const after = has ? classIds.filter((each) => each !== id) : [...classIds, id];
    const words = has ? `${name} taken from 1 image` : `1 image labelled ${name}`;
    return this.perform({ kind: has ? "unlabel" : "label", class_id: id }, words, {
      before: classIds,
      after,
    });
  }

  /** An undo or redo came: the classes are as before it, as far as this page knows them. */
  reverted(key: string, imageId: number): void {
    const before = this.before.get(key);
    if (before !== undefined) this.setOwn(imageId, before.classIds);
  }

  private setOwn(imageId: number, classIds: readonly number[]): void {
    const states = this.project.images.columns;
    const revision = states.revisions[rowOf(states, imageId)] ?? 0;
    this.own.update((own) => new Map(own).set(imageId, { classIds, revision }));
  }
}

/** A gesture: one thing a person does, kept in this browser until the server has it. */
import type { ImageState, Split } from "./filters";
import type { KeptEdit } from "./instancesView";
import type { Selector } from "./selector";

/** What a gesture asks of the server. `revert` takes back the operation of an earlier gesture, or any operation. */
export type GestureBody =
  | OnImagesBody
  | InstancesBody
  | { kind: "revert"; of_key: string }
  | { kind: "revert"; operation_id: number };

/** A change of whole images, by a selector. */
export type OnImagesBody =
  | ({ kind: "label"; class_id: number } & OnImages)
  | ({ kind: "unlabel"; class_id: number } & OnImages)
  | ({ kind: "clear" | "skip" | "unclear" | "reopen" | "reject" } & OnImages)
  | ({ kind: "accept"; class_id?: number; threshold?: number } & OnImages)
  | ({ kind: "split"; split: Split | null } & OnImages)
  | ({ kind: "folder"; folder: string } & OnImages);

/** A gesture of the editor: what it does to the instances of one image. */
export interface InstancesBody {
  kind: "instances";
  image_id: number;
  /** Instances without a number yet are meant by the key under which they were drawn. */
  edit: KeptEdit;
  /** Revision that the person saw; null where `after` tells. */
  expected_revision: number | null;
  /** The gesture on the same image that was on its way then; the revision is the one that it brings about. */
  after: string | null;
  /** What becomes of the image as far as this browser knows, for the columns of all images. */
  looks: {
    state: ImageState;
    class_id: number | null;
    proposal_class_id: number | null;
    confidence: number | null;
  };
}

interface OnImages {
  selector: Selector;
  /** Revision by image that the person saw; a newer one on the server is a conflict. Left out for bulk gestures. */
  expected_revisions?: Record<string, number>;
}

/**
 * waiting: not yet sent, or sent without an answer. saved: the server has it. conflict: somebody changed the image
 * meanwhile. refused: the server will never do it.
 */
export type GestureState = "waiting" | "saved" | "conflict" | "refused";

export interface Gesture {
  /** Also the idempotency key: however often it is sent, it is done once. */
  key: string;
  /** Order of sending within this browser; given by the journal. */
  number: number;
  project_id: number;
  /** The tab that made it, for its own undo. */
  tab: string;
  body: GestureBody;
  /** The images as far as this browser knows them, for showing the effect at once. */
  image_ids: Uint32Array;
  /** In words, for messages and the undo button: "3 images labelled cat". */
  words: string;
  /** ISO 8601, UTC. */
  made_at: string;
  state: GestureState;
  operation_id?: number;
  /** Numbers of the instances that it made, in the order of the edit. */
  new_ids?: readonly number[];
  /** Of the images that it touched, where they are few. */
  revisions?: Readonly<Record<string, number>>;
  problem?: GestureProblem;
}

export interface GestureProblem {
  code: string;
  message: string;
  remedy: string | null;
  detail: Readonly<Record<string, unknown>> | null;
}

/** A gesture as it is made; the journal numbers it when it is on disk. */
export type NewGesture = Omit<Gesture, "number" | "state" | "problem" | keyof Outcome>;

/** What the server told of a gesture that it did, and is kept of it. */
export type Outcome = Pick<Gesture, "operation_id" | "new_ids" | "revisions">;

/** The ways of training and the states of a run, as people say them. */
import type { Run } from "@/store/models";

const HEADS: Readonly<Record<string, { name: string; note: string }>> = {
  linear: {
    name: "Linear head",
    note: "Straight lines between the classes of the embedding. Ready in a moment; the surest with few labels.",
  },
  mlp: {
    name: "Head with a hidden layer",
    note: "Its hidden layer becomes the better map. Ready in seconds.",
  },
  finetune: {
    name: "Fine-tuned backbone",
    note: "The last blocks of the network learn too. For images unlike photos, or many labels; takes minutes.",
  },
  scratch: {
    name: "From nothing",
    note: "Only the architecture is kept. For very many labels of images that no network has seen.",
  },
  detector: {
    name: "Detector from a file",
    note: "Finds shapes; it was trained elsewhere.",
  },
};

export const HEAD_KINDS = ["linear", "mlp", "finetune", "scratch"] as const;

/** The same ways where shapes are drawn. */
const DRAWING: typeof HEADS = {
  linear: {
    name: "Head on the frozen backbone",
    note: "A light head learns to find shapes; the network stays as it is. A minute or so; good from some twenty images on.",
  },
  finetune: {
    name: "Fine-tuned backbone",
    note: "Then the last blocks of the network learn too, and are kept if that finds more. Takes minutes.",
  },
  scratch: {
    name: "From nothing",
    note: "Only the architecture is kept. For very many images that no network has seen.",
  },
};

const wordsOf = (head: string, drawing: boolean) => (drawing ? DRAWING[head] : undefined) ?? HEADS[head];

export const headName = (head: string, drawing = false): string => wordsOf(head, drawing)?.name ?? head;
export const headNote = (head: string, drawing = false): string => wordsOf(head, drawing)?.note ?? "";

const STATES: Readonly<Record<Run["state"], string>> = {
  waiting: "Waiting",
  running: "Training",
  stopped: "Stopped, last epoch kept",
  finished: "Finished",
  failed: "Failed",
  interrupted: "Interrupted",
};

export const runState = (run: Run): string => STATES[run.state];

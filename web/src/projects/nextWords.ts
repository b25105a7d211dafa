import type { Project } from "@/store/projects";

const WORDS: Record<Project["next_step"], string> = {
  "add-images": "Next: add images",
  "set-classes": "Next: name the classes",
  "lay-out": "Next: draw the map",
  label: "Next: label some images",
  train: "Next: train",
  predict: "Next: take proposals",
  review: "Next: review the proposals",
  export: "Ready to export",
};

/** What a project waits for, on its card. */
export const nextWords = ({ next_step }: Project): string => WORDS[next_step];

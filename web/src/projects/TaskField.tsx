import { Select } from "@mantine/core";

import type { Task } from "@/store/projects";

const TASKS: Record<Task, { label: string; description: string }> = {
  classification: { label: "Classes of whole images", description: "What is this a picture of?" },
  detection: { label: "Boxes", description: "Where are the objects, and what are they?" },
  "instance-segmentation": {
    label: "Outlines of objects",
    description: "Polygons and masks, each object on its own",
  },
  "semantic-segmentation": { label: "Areas", description: "Which part of the image is road, which is sky?" },
  keypoints: { label: "Keypoints", description: "Named points on each object, such as joints" },
};

const NAMES = Object.keys(TASKS) as Task[];

/** What is labelled; it cannot be changed later. */
export const TaskField = ({ value, onChange }: { value: Task; onChange: (task: Task) => void }) => (
  <Select
    label="What is labelled"
    description={TASKS[value].description}
    allowDeselect={false}
    data={NAMES.map((name) => ({ value: name, label: TASKS[name].label }))}
    value={value}
    onChange={(chosen) => {
      const task = NAMES.find((name) => name === chosen);
      if (task !== undefined) onChange(task);
    }}
  />
);

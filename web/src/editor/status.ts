/** What is selected, in words for those who do not see the drawing. */
import { offeredKey } from "@/shapes/edit";

import type { EditorProps } from "./handle";

type Facts = Pick<EditorProps, "drawn" | "offered" | "classes" | "selected">;

export const statusOf = ({ drawn, offered, classes, selected }: Facts): string => {
  const all = `${drawn.length} ${drawn.length === 1 ? "shape" : "shapes"}, ${offered.length} ${
    offered.length === 1 ? "proposal" : "proposals"
  }`;
  if (selected.size === 0) return all;
  if (selected.size > 1) return `${selected.size} selected of ${all}`;
  const instance = drawn.find(({ key }) => selected.has(key));
  const proposal = offered.find(({ id }) => selected.has(offeredKey(id)));
  const one = instance ?? proposal;
  if (one === undefined) return all;
  const name = classes.find(({ id }) => id === one.classId)?.name ?? "without a class";
  const [x, y] = [drawn.findIndex(({ key }) => selected.has(key)) + 1, drawn.length];
  return instance === undefined
    ? `Selected: a proposal, ${name}, ${Math.round((proposal?.confidence ?? 0) * 100)} %`
    : `Selected: ${name}, ${one.shape.kind.replace("-", " ")}, ${x} of ${y}`;
};

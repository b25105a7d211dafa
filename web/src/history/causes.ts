/** Causes of operations as people read them. */
import {
  BadgeCheck,
  BrainCircuit,
  FolderInput,
  Hand,
  Lasso,
  Scale,
  SplitSquareHorizontal,
  Tags,
  Undo2,
  type LucideIcon,
} from "lucide-react";

import type { Cause } from "@/store/history";

export const CAUSE_WORDS: Readonly<Record<Cause, { words: string; icon: LucideIcon }>> = {
  hand: { words: "By hand", icon: Hand },
  lasso: { words: "On the map", icon: Lasso },
  accept: { words: "Accepted proposals", icon: BadgeCheck },
  import: { words: "Import", icon: FolderInput },
  "model-run": { words: "Model", icon: BrainCircuit },
  split: { words: "Split", icon: SplitSquareHorizontal },
  classes: { words: "Classes", icon: Tags },
  audit: { words: "Audit", icon: Scale },
  revert: { words: "Revert", icon: Undo2 },
};

import { Check, CloudOff, LoaderCircle, LogIn, TriangleAlert, type LucideIcon } from "lucide-react";

import { useSavingState, type SavingState } from "@/store/hooks";

import classes from "./Frame.module.css";

const ICONS: Record<SavingState, LucideIcon> = {
  saved: Check,
  saving: LoaderCircle,
  offline: CloudOff,
  "signed-out": LogIn,
  conflict: TriangleAlert,
};

const wordsFor = (state: SavingState, waiting: number): string => {
  switch (state) {
    case "saved":
      return "Saved";
    case "saving":
      return "Saving";
    case "offline":
      return waiting === 0 ? "Offline" : `Offline, ${waiting} kept here`;
    case "signed-out":
      return `Signed out, ${waiting} kept here`;
    case "conflict":
      return "Changed elsewhere";
  }
};

/** Whether the server has everything. */
export const Saving = () => {
  const { state, waiting } = useSavingState();
  const Icon = ICONS[state];
  return (
    <div className={classes.saving} data-state={state} data-testid="saving" role="status">
      <Icon size={14} aria-hidden className={state === "saving" ? classes.turning : undefined} />
      <span>{wordsFor(state, waiting)}</span>
    </div>
  );
};

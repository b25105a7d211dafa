import { Button, Slider, Tooltip } from "@mantine/core";
import { Check, CircleHelp, RotateCcw, SkipForward, X } from "lucide-react";

import type { InstancesView } from "@/store/instancesView";
import { KeyHint } from "@/ui/KeyHint";
import { countOf, percent } from "@/ui/words";

import classes from "./draw.module.css";

/** Which proposals are shown: those that are sure enough. */
export const Least = ({
  least,
  shown,
  all,
  onLeast,
}: {
  least: number;
  shown: number;
  all: number;
  onLeast: (least: number) => void;
}) => (
  <section className={classes.least} aria-label="Proposals">
    <div className={classes.leastWords}>
      <span>
        {shown === all
          ? countOf(all, "proposal")
          : `${shown.toLocaleString("en")} of ${countOf(all, "proposal")}`}
      </span>
      <span className={classes.sure}>at least {percent(least)} sure</span>
    </div>
    <Slider
      thumbLabel="Least confidence of the proposals that are shown"
      label={null}
      size={4}
      min={0}
      max={1}
      step={0.01}
      value={least}
      onChange={onLeast}
    />
  </section>
);

/** What is said of the whole image, and on to the next. */
export const Decide = ({
  state,
  shown,
  drawn,
  review,
  onAccept,
  onReject,
  onSkip,
  onUnclear,
  onReopen,
}: {
  state: InstancesView["state"];
  shown: number;
  drawn: number;
  review: boolean;
  onAccept: () => void;
  onReject: () => void;
  onSkip: () => void;
  onUnclear: () => void;
  onReopen: () => void;
}) => {
  const closed = state === "labelled" || state === "skipped" || state === "unclear";
  const words = shown > 0 ? `Accept ${shown.toLocaleString("en")} and go on` : goOn(state, drawn);
  return (
    <section className={classes.decide} aria-label="Decide">
      <Button
        fullWidth
        leftSection={<Check size={16} />}
        rightSection={<KeyHint>{review ? "A" : "Enter"}</KeyHint>}
        onClick={onAccept}
      >
        {words}
      </Button>
      <div className={classes.deeds}>
        <Tooltip label="Throw the proposals that are shown away">
          <Button
            variant="default"
            disabled={shown === 0}
            leftSection={<X size={16} />}
            rightSection={<KeyHint>X</KeyHint>}
            onClick={onReject}
          >
            Reject
          </Button>
        </Tooltip>
        <Button
          variant="default"
          leftSection={<SkipForward size={16} />}
          rightSection={<KeyHint>{review ? "Space" : "S"}</KeyHint>}
          onClick={onSkip}
        >
          Skip
        </Button>
        <Button
          variant="default"
          leftSection={<CircleHelp size={16} />}
          rightSection={<KeyHint>U</KeyHint>}
          onClick={onUnclear}
        >
          Unclear
        </Button>
        <Button
          variant="default"
          disabled={!closed}
          leftSection={<RotateCcw size={16} />}
          rightSection={<KeyHint>O</KeyHint>}
          onClick={onReopen}
        >
          Reopen
        </Button>
      </div>
    </section>
  );
};

const goOn = (state: InstancesView["state"], drawn: number): string => {
  if (state === "labelled") return "Go on";
  return drawn === 0 ? "Finished: nothing is here" : "Finished, go on";
};

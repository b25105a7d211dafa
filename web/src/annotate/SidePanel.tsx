import { Button, Tooltip } from "@mantine/core";
import { Check, CircleHelp, RotateCcw, SkipForward, Tags, X } from "lucide-react";
import { useMemo } from "react";

import type { ImageStateRow } from "@/store/imageStates";
import type { ProjectClass } from "@/store/classes";
import { classHints } from "@/store/keys/classKeys";
import type { ImageProposal } from "@/store/images";
import { ClassSearch } from "@/ui/ClassSearch";
import { ClassHint, KeyHint } from "@/ui/KeyHint";
import { sureness } from "@/ui/words";

import classes from "./annotate.module.css";
import type { Sitting, SittingImage } from "./sitting";
import { SittingProgress } from "./SittingProgress";

/** More classes than this are found by name rather than in a list. */
const LISTED = 20;

export interface SidePanelProps {
  card: SittingImage | null;
  state: ImageStateRow["state"];
  sitting: Sitting;
  all: readonly ProjectClass[];
  labels: readonly number[];
  proposals: readonly ImageProposal[];
  multiLabel: boolean;
  review: boolean;
  searching: boolean;
  onSearching: (opened: boolean) => void;
  onClass: (chosen: ProjectClass) => void;
  onAccept: () => void;
  onReject: () => void;
  onSkip: () => void;
  onUnclear: () => void;
  onReopen: () => void;
}

/** Beside the image: why it is here, what the model says, the classes, and how far the sitting has come. */
export const SidePanel = (props: SidePanelProps) => {
  const { card, state, sitting, all, labels, proposals, multiLabel, review, searching, onSearching } = props;
  const { onClass, onAccept, onReject, onSkip, onUnclear, onReopen } = props;
  const shareOf = new Map(proposals.map((each) => [each.class_id, each.confidence]));
  const hints = useMemo(() => classHints(all), [all]);
  const aside = state === "skipped" || state === "unclear";
  return (
    <aside className={classes.panel} aria-label="This image">
      <section className={classes.reason}>
        <h2>{aside ? `Marked ${state}` : reasonWords(card)}</h2>
        <p>{card?.explanation ?? "Opened on its own, not from the queue."}</p>
      </section>

      <section className={classes.classes} aria-label={multiLabel ? "Classes" : "Class"}>
        {all.slice(0, LISTED).map((each) => {
          const share = shareOf.get(each.id);
          const given = labels.includes(each.id);
          return (
            <button
              key={each.id}
              type="button"
              className={classes.class}
              aria-pressed={given}
              onClick={(event) => {
                event.currentTarget.blur();
                onClass(each);
              }}
            >
              {share !== undefined && (
                <span className={classes.share} style={{ width: `${share * 100}%` }} aria-hidden />
              )}
              <span
                className={classes.dot}
                style={
                  given ? { background: each.colour, borderColor: each.colour } : { borderColor: each.colour }
                }
                aria-hidden
              />
              <span className={classes.name}>{each.name}</span>
              {share !== undefined && (
                <span className={classes.percent}>
                  <span className={classes.hidden}>proposed, </span>
                  {sureness(share)}
                </span>
              )}
              {given ? <Check size={16} aria-hidden /> : null}
              <ClassHint hint={hints.get(each.id)} />
            </button>
          );
        })}
        {all.length === 0 && (
          <p className={classes.quiet}>The project has no classes yet: add them under Classes.</p>
        )}
        {all.length > 10 && (
          <ClassSearch
            all={all}
            hints={hints}
            opened={searching}
            onOpened={onSearching}
            onChoose={({ id }) => {
              const chosen = all.find((each) => each.id === id);
              if (chosen !== undefined) onClass(chosen);
            }}
          >
            <Button
              variant="default"
              fullWidth
              leftSection={<Tags size={16} />}
              rightSection={<KeyHint>C</KeyHint>}
              onClick={() => onSearching(!searching)}
            >
              {all.length > LISTED ? `Find one of ${all.length} classes` : "Find a class"}
            </Button>
          </ClassSearch>
        )}
      </section>

      <section className={classes.deeds} aria-label="Decide">
        <Button
          fullWidth
          disabled={proposals.length === 0 && !(multiLabel && labels.length > 0)}
          leftSection={<Check size={16} />}
          rightSection={<KeyHint>{review ? "A" : "Enter"}</KeyHint>}
          onClick={onAccept}
        >
          {proposals.length === 0 && multiLabel && labels.length > 0 ? "Go on" : "Accept and go on"}
        </Button>
        <div className={classes.pair}>
          <Tooltip label="Throw the proposals away">
            <Button
              variant="default"
              disabled={proposals.length === 0}
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
            rightSection={<KeyHint>Space</KeyHint>}
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
            disabled={!aside}
            leftSection={<RotateCcw size={16} />}
            rightSection={<KeyHint>O</KeyHint>}
            onClick={onReopen}
          >
            Reopen
          </Button>
        </div>
      </section>
      <SittingProgress sitting={sitting} />
    </aside>
  );
};

const reasonWords = (card: SittingImage | null): string => {
  switch (card?.reason) {
    case "typical":
      return "A typical one";
    case "ambiguous":
      return "A doubtful one";
    case "random":
      return "A random one";
    case "proposed":
      return "A proposal to review";
    default:
      return "This image";
  }
};

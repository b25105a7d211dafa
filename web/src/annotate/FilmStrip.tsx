import { Tooltip } from "@mantine/core";

import { NONE, rowOf, STATE, type ImageStates } from "@/store/imageStates";
import { fileName, pictureUrl, type ImageBook } from "@/store/imageBook";
import type { ProjectClass } from "@/store/classes";

import classes from "./annotate.module.css";
import type { Sitting, SittingImage } from "./sitting";

/** So many images are shown before and after the one on the screen. */
const BEFORE = 8;
const AFTER = 40;

const DRAWN_WORDS: ReadonlyMap<number, string> = new Map([
  [STATE.labelled, "finished"],
  [STATE.draft, "begun"],
]);

const REASON_LETTERS: Readonly<Record<string, string>> = { typical: "T", ambiguous: "D", random: "R" };

export const inStrip = ({ images, at }: Sitting): readonly SittingImage[] =>
  images.slice(Math.max(at - BEFORE, 0), at + AFTER);

/** The images of the sitting in a row: what was, what comes and why. */
export const FilmStrip = ({
  sitting,
  book,
  states,
  named,
  drawing = false,
  onGo,
}: {
  sitting: Sitting;
  book: ImageBook;
  states: ImageStates;
  named: ReadonlyMap<number, ProjectClass>;
  /** Whether shapes are drawn: then an image is marked when it is finished, whatever is in it. */
  drawing?: boolean;
  onGo: (imageId: number) => void;
}) => (
  <nav className={classes.strip} aria-label="Queue">
    {inStrip(sitting).map((each) => {
      const facts = book.get(each.image_id);
      const current = sitting.images[sitting.at] === each;
      const row = rowOf(states, each.image_id);
      const label = drawing ? undefined : named.get(states.classIds[row] ?? NONE);
      const state = states.states[row];
      const progress = drawing ? DRAWN_WORDS.get(state ?? NONE) : undefined;
      const aside = state === STATE.skipped ? "skipped" : state === STATE.unclear ? "unclear" : null;
      const file = fileName(facts, each.image_id);
      const said = [file, label && `labelled ${label.name}`, progress, aside, each.explanation]
        .filter(Boolean)
        .join(", ");
      return (
        <Tooltip key={each.image_id} label={said} multiline maw={320} events={TOUCHED}>
          <button
            type="button"
            className={classes.frame}
            aria-current={current ? "true" : undefined}
            aria-label={said}
            data-aside={aside !== null}
            tabIndex={current ? 0 : -1}
            onClick={(event) => {
              event.currentTarget.blur();
              onGo(each.image_id);
            }}
          >
            {facts !== undefined && (
              <img src={pictureUrl(facts.content_hash, 64)} alt="" draggable={false} decoding="async" />
            )}
            {label !== undefined && <span className={classes.given} style={{ background: label.colour }} />}
            {progress !== undefined && <span className={classes.given} data-progress={progress} />}
            {label === undefined && progress === undefined && aside === null && each.reason !== null && (
              <span className={classes.letter} aria-hidden>
                {REASON_LETTERS[each.reason]}
              </span>
            )}
          </button>
        </Tooltip>
      );
    })}
  </nav>
);

const TOUCHED = { hover: true, focus: false, touch: false };

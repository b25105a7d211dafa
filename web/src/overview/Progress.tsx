import { useDrawsShapes } from "@/store/hooks";
import type { Overview } from "@/store/overview";
import { Section } from "@/ui/Section";
import { percent } from "@/ui/words";

import { NotTaken } from "./NotTaken";
import classes from "./overview.module.css";

const partsOf = ({ per_state }: Overview, drawing: boolean) => [
  { name: drawing ? "Finished" : "Labelled", key: "labelled", count: per_state.labelled ?? 0 },
  { name: "Begun", key: "draft", count: per_state.draft ?? 0 },
  { name: "Proposed", key: "proposed", count: per_state.proposed ?? 0 },
  { name: "Set aside", key: "aside", count: (per_state.skipped ?? 0) + (per_state.unclear ?? 0) },
  { name: "Nothing yet", key: "new", count: per_state.new ?? 0 },
];

/** All images in one bar: labelled, proposed, set aside, nothing yet. */
export const Progress = ({ overview, images }: { overview: Overview; images: number }) => {
  const parts = partsOf(overview, useDrawsShapes());
  return (
    <Section title={`${images.toLocaleString("en")} images`}>
      <div className={classes.bar} aria-hidden>
        {parts.map(({ key, count }) => (
          <span key={key} data-part={key} style={{ flexGrow: count }} />
        ))}
      </div>
      <ul className={`${classes.legend ?? ""} tabular`}>
        {parts
          .filter(({ key, count }) => count > 0 || key === "labelled")
          .map(({ name, key, count }) => (
            <li key={key}>
              <span className={classes.swatch} data-part={key} aria-hidden />
              <span className={classes.quiet}>{name}</span> {count.toLocaleString("en")}
              <span className={classes.quiet}> {percent(count / images)}</span>
            </li>
          ))}
      </ul>
      <NotTaken />
    </Section>
  );
};

import { Text } from "@mantine/core";
import { Link } from "@tanstack/react-router";

import { useProject } from "@/store/hooks";
import type { ClassProgress } from "@/store/overview";
import { Section } from "@/ui/Section";

import classes from "./overview.module.css";

const wordsOf = ({ by_hand, accepted, imported, proposed }: ClassProgress): string =>
  [
    [by_hand, "by hand"],
    [accepted, "accepted"],
    [imported, "imported"],
    [proposed, "proposed"],
  ]
    .filter(([count]) => count !== 0)
    .map(([count, words]) => `${count?.toLocaleString("en") ?? ""} ${words ?? ""}`)
    .join(", ");

const Row = ({ progress, most }: { progress: ClassProgress; most: number }) => {
  const { class_id, name, colour, labelled, proposed } = progress;
  const { id: projectId } = useProject();
  return (
    <li className={classes.class} title={wordsOf(progress)}>
      <span className={classes.dot} style={{ background: colour }} aria-hidden />
      <Link
        to="/projects/$projectId/gallery"
        params={{ projectId }}
        search={{ class_id }}
        className={classes.className}
      >
        {name}
      </Link>
      <span className={classes.classBar} aria-hidden>
        <span style={{ width: `${(100 * labelled) / most}%`, background: colour }} />
        <span style={{ width: `${(100 * proposed) / most}%`, background: colour, opacity: 0.3 }} />
      </span>
      <span className={classes.count}>{labelled.toLocaleString("en")}</span>
      <span className={`${classes.count ?? ""} ${classes.quiet ?? ""}`}>
        {proposed === 0 ? "" : `+ ${proposed.toLocaleString("en")}`}
      </span>
    </li>
  );
};

/** How far each class is: labelled full, proposed faint. */
export const ClassList = ({ progress }: { progress: readonly ClassProgress[] }) => {
  const most = Math.max(1, ...progress.map(({ labelled, proposed }) => labelled + proposed));
  return (
    <Section title="Classes" note={progress.length === 0 ? undefined : "Labelled, and proposed by the model"}>
      {progress.length === 0 ? (
        <Text c="dimmed">No classes yet.</Text>
      ) : (
        <ul className={`${classes.classes ?? ""} tabular`}>
          {progress.map((each) => (
            <Row key={each.class_id} progress={each} most={most} />
          ))}
        </ul>
      )}
    </Section>
  );
};

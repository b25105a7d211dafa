import { Link } from "@tanstack/react-router";

import type { Project } from "@/store/projects";
import { ago, countOf, percent } from "@/ui/words";

import { CardMenu } from "./CardMenu";
import { Mosaic } from "./Mosaic";
import { nextWords } from "./nextWords";
import classes from "./projects.module.css";

const shareOf = (count: number, all: number): number => (all === 0 ? 0 : count / all);

/** How far the images are, as one bar: labelled, proposed, the rest. */
const Progress = ({ project }: { project: Project }) => {
  const { counts, images } = project;
  const done = counts.labelled + counts.skipped + counts.unclear;
  return (
    <span className={classes.bar} aria-hidden>
      <span
        className={classes.labelled}
        style={{ width: percent(shareOf(done, images), 2).replace(" ", "") }}
      />
      <span
        className={classes.proposed}
        style={{ width: percent(shareOf(counts.proposed, images), 2).replace(" ", "") }}
      />
    </span>
  );
};

const progressWords = ({ counts, images }: Project): string =>
  images === 0
    ? "No images yet"
    : `${counts.labelled.toLocaleString("en")} of ${countOf(images, "image")} labelled`;

/** A project: what it looks like, how far it is, when something last happened. */
export const Card = ({ project }: { project: Project }) => (
  <li className={classes.card}>
    <Link to="/projects/$projectId" params={{ projectId: project.id }} className={classes.link}>
      <Mosaic hashes={project.mosaic} />
      <span className={classes.text}>
        <span className={classes.title}>{project.name}</span>
        <Progress project={project} />
        <span className={`${classes.facts ?? ""} tabular`}>
          <span>{progressWords(project)}</span>
          <span>{ago(project.last_activity)}</span>
        </span>
        <span className={classes.next}>{nextWords(project)}</span>
      </span>
    </Link>
    <CardMenu project={project} />
  </li>
);

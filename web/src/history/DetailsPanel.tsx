import { Link } from "@tanstack/react-router";
import type { ReactNode } from "react";

import type { Operation } from "@/store/history";
import { useProject } from "@/store/hooks";
import { Facts } from "@/ui/Facts";

import { CAUSE_WORDS } from "./causes";
import { exactWords } from "./days";
import { detailsOf, outlinePoints } from "./details";
import classes from "./history.module.css";

const OUTLINE_PX = 88;

const AUTHORS: Readonly<Record<Operation["author_kind"], string>> = {
  person: "a person",
  model: "a model",
  import: "an import",
};

/** Everything that is known of an operation. */
export const DetailsPanel = ({ id, operation }: { id: string; operation: Operation }) => {
  const { id: projectId } = useProject();
  const { round, island, model, outline, facts } = detailsOf(operation);
  const { author, author_kind, cause, made_at, reverts, reverted_by } = operation;
  const links: (readonly [string, ReactNode] | null)[] = [
    ["Operation", `Number ${operation.id}, ${CAUSE_WORDS[cause].words.toLowerCase()}`],
    ["Author", `${author}, ${AUTHORS[author_kind]}`],
    ["Made", exactWords(made_at)],
    round === null
      ? null
      : [
          "Map",
          <Link key="map" to="/projects/$projectId/map" params={{ projectId }} search={{ round }}>
            Round {round}
            {island === null ? "" : `, island ${island}`}
          </Link>,
        ],
    model === null
      ? null
      : [
          "Model",
          <Link key="model" to="/projects/$projectId/models" params={{ projectId }} search={{ model }}>
            Model {model}
          </Link>,
        ],
    ...facts,
    reverts === null ? null : ["Takes back", `Operation ${reverts}`],
    reverted_by === null ? null : ["Taken back by", `Operation ${reverted_by}`],
  ];
  return (
    <div id={id} className={classes.details}>
      <Facts facts={links.filter((fact) => fact !== null)} />
      {outline !== null && outline.length > 2 && (
        <svg
          className={classes.outline}
          role="img"
          aria-label="Outline that was drawn on the map"
          viewBox={`-4 -4 ${OUTLINE_PX + 8} ${OUTLINE_PX + 8}`}
          width={OUTLINE_PX + 8}
          height={OUTLINE_PX + 8}
        >
          <polygon points={outlinePoints(outline, OUTLINE_PX)} />
        </svg>
      )}
    </div>
  );
};

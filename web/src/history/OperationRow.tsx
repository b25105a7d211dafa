import { Button } from "@mantine/core";
import { Bot, ChevronRight, Undo2 } from "lucide-react";

import type { Operation } from "@/store/history";
import { countOf } from "@/ui/words";

import { CAUSE_WORDS } from "./causes";
import { clockWords } from "./days";
import { DetailsPanel } from "./DetailsPanel";
import classes from "./history.module.css";
import { Pictures } from "./Pictures";

/** Proposals of a model are replaced by its next ones; there is nothing of a person's to take back. */
const canRevert = ({ cause, image_count, reverted_by }: Operation): boolean =>
  reverted_by === null && !(cause === "model-run" && image_count === 0);

/** One operation: who, when, what, on which images, and how to take it back. */
export const OperationRow = ({
  operation,
  imageIds,
  most,
  opened,
  onToggle,
  onRevert,
}: {
  operation: Operation;
  imageIds: readonly number[];
  most: number;
  opened: boolean;
  onToggle: () => void;
  onRevert: () => void;
}) => {
  const { id, author, author_kind, cause, made_at, summary, image_count, reverted_by } = operation;
  const { words, icon: Icon } = CAUSE_WORDS[cause];
  const panel = `operation-${id}-details`;
  return (
    <article className={classes.operation} data-reverted={reverted_by !== null} aria-label={summary}>
      <div className={classes.row}>
        <span className={classes.cause} title={words}>
          <Icon size={16} aria-hidden />
        </span>
        <div className={classes.what}>
          <button
            type="button"
            className={classes.summary}
            aria-expanded={opened}
            aria-controls={opened ? panel : undefined}
            onClick={onToggle}
          >
            <span className={classes.words}>{summary}</span>
            <ChevronRight size={16} className={classes.chevron} aria-hidden />
          </button>
          <span className={classes.note}>
            {author_kind === "model" && <Bot size={14} aria-label="Model" />}
            <span>{author}</span>
            <span>
              <time dateTime={made_at}>{clockWords(made_at)}</time>
            </span>
            <span>{words}</span>
            {image_count > 0 && <span className="tabular">{countOf(image_count, "image")}</span>}
            {reverted_by !== null && <strong className={classes.mark}>Reverted</strong>}
          </span>
        </div>
        <Pictures imageIds={imageIds} count={image_count} most={most} />
        <span className={classes.action}>
          {canRevert(operation) && (
            <Button
              size="xs"
              variant="default"
              leftSection={<Undo2 size={14} />}
              aria-label={`Revert: ${summary}`}
              onClick={onRevert}
            >
              Revert
            </Button>
          )}
        </span>
      </div>
      {opened && <DetailsPanel id={panel} operation={operation} />}
    </article>
  );
};

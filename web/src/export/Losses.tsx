import { Button, Group, Skeleton, Text } from "@mantine/core";
import { Check, Info, TriangleAlert } from "lucide-react";

import type { LossReport } from "@/store/exports";

import classes from "./export.module.css";

type Loss = LossReport["losses"][number];

const Row = ({ loss }: { loss: Loss }) => {
  const { severity, what, count, examples } = loss;
  const Icon = severity === "warning" ? TriangleAlert : Info;
  return (
    <li className={classes.loss} data-severity={severity}>
      <Icon size={16} aria-label={severity === "warning" ? "Warning" : "Note"} role="img" />
      <div>
        <span className="tabular">
          {count.toLocaleString("en")} × {what}
        </span>
        {examples.length > 0 && (
          <details>
            <summary>Examples</summary>
            <ul>
              {examples.map((each) => (
                <li key={each}>{each}</li>
              ))}
            </ul>
          </details>
        )}
      </div>
    </li>
  );
};

/** What an export does not hold, in words, or that it holds all. */
export const LossList = ({ report }: { report: LossReport }) =>
  report.losses.length === 0 ? (
    <div className={classes.loss} data-severity="none">
      <Check size={16} aria-hidden />
      <span>Nothing is lost.</span>
    </div>
  ) : (
    <ul className={classes.losses}>
      {report.losses.map((each) => (
        <Row key={`${each.severity} ${each.what}`} loss={each} />
      ))}
    </ul>
  );

export const Losses = ({
  report,
  error,
  onAgain,
}: {
  report: LossReport | undefined;
  error: Error | null;
  onAgain: () => void;
}) => (
  <div className={classes.report} role="status">
    {error !== null ? (
      <Group gap="md">
        <Text>{error.message}</Text>
        <Button size="xs" variant="default" onClick={onAgain}>
          Try again
        </Button>
      </Group>
    ) : report === undefined ? (
      <Skeleton h={20} w="50%" role="status" aria-label="Finding out what is lost" />
    ) : (
      <LossList report={report} />
    )}
  </div>
);

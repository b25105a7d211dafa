import { Button, Text } from "@mantine/core";
import { ChevronDown, ChevronRight } from "lucide-react";
import { useState } from "react";

import classes from "./RefusedFiles.module.css";
import { countOf } from "./words";

const MOST_NAMES = 100;

interface Group {
  reason: string;
  names: readonly string[];
}

const Names = ({ names }: { names: readonly string[] }) => (
  <ul className={classes.names}>
    {names.slice(0, MOST_NAMES).map((name) => (
      <li key={name}>
        <bdi>{name}</bdi>
      </li>
    ))}
    {names.length > MOST_NAMES && <li>and {(names.length - MOST_NAMES).toLocaleString("en")} more</li>}
  </ul>
);

/** Files that an import did not take, by reason; folded up until somebody wants to know. */
export const RefusedFiles = ({ groups }: { groups: readonly Group[] }) => {
  const [opened, setOpened] = useState(false);
  const total = groups.reduce((sum, { names }) => sum + names.length, 0);
  if (total === 0) return null;
  const Arrow = opened ? ChevronDown : ChevronRight;
  return (
    <div>
      <Button
        size="xs"
        variant="default"
        leftSection={<Arrow size={14} aria-hidden />}
        aria-expanded={opened}
        onClick={() => setOpened(!opened)}
      >
        {countOf(total, "file")} not taken
      </Button>
      {opened && (
        <div className={classes.groups}>
          {groups.map(({ reason, names }) => (
            <section key={reason}>
              <Text size="xs" fw={600}>
                {countOf(names.length, "file")}: {reason}
              </Text>
              <Names names={names} />
            </section>
          ))}
          {groups.some(({ reason }) => reason.includes("the limit")) && (
            <Text size="xs">
              The limits are settings of the server: LABELGRAFT_MAX_IMAGE_MPX and LABELGRAFT_MAX_IMAGE_MB.
            </Text>
          )}
        </div>
      )}
    </div>
  );
};

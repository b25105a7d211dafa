import { ActionIcon, Popover, Text, UnstyledButton } from "@mantine/core";
import { Check, TriangleAlert, Undo2, X } from "lucide-react";
import { useEffect, useState } from "react";

import classes from "./MessageStrip.module.css";
import { close, shownOf, useMessages, type Message } from "./messages";

const Done = ({ about }: { about: Message }) => {
  const { id, words, undo, staysMs } = about;
  const [held, setHeld] = useState(false);
  useEffect(() => {
    if (held || staysMs === null) return undefined;
    const timer = setTimeout(() => close(id), staysMs);
    return () => clearTimeout(timer);
  }, [held, id, staysMs]);
  return (
    <div
      className={classes.message}
      onPointerEnter={() => setHeld(true)}
      onPointerLeave={() => setHeld(false)}
      onFocus={() => setHeld(true)}
      onBlur={() => setHeld(false)}
    >
      <Check size={16} aria-hidden />
      <span className={classes.words} title={words}>
        {words}
      </span>
      {undo !== null && (
        <UnstyledButton
          className={classes.undo}
          onClick={() => {
            close(id);
            undo();
          }}
        >
          <Undo2 size={14} aria-hidden /> Undo
        </UnstyledButton>
      )}
    </div>
  );
};

const Problem = ({ about, more }: { about: Message; more: number }) => {
  const { id, words, remedy } = about;
  return (
    <div className={classes.message} data-kind="problem">
      <TriangleAlert size={16} aria-hidden />
      <Popover width={400} position="bottom-start" withinPortal zIndex={500}>
        <Popover.Target>
          <UnstyledButton className={classes.words} title="Read all of it">
            {words} {remedy !== "" && <span className={classes.remedy}>{remedy}</span>}
          </UnstyledButton>
        </Popover.Target>
        <Popover.Dropdown>
          <Text fw={500}>{words}</Text>
          {remedy !== "" && <Text>{remedy}</Text>}
        </Popover.Dropdown>
      </Popover>
      {more > 0 && <span className={classes.more}>{more} more</span>}
      <ActionIcon size={24} aria-label="Close the message" onClick={() => close(id)}>
        <X size={14} />
      </ActionIcon>
    </div>
  );
};

/** One line in the top bar's free part, where it covers nothing; above dialogs, so that it is read there too. */
export const MessageStrip = () => {
  const { problem, more, done } = shownOf(useMessages());
  return (
    <div className={classes.strip}>
      <div role="alert" className={classes.place} aria-label="Problems">
        {problem !== null && <Problem key={problem.id} about={problem} more={more} />}
      </div>
      <div role="status" className={classes.place} aria-label="Messages">
        {done !== null && <Done key={done.id} about={done} />}
      </div>
    </div>
  );
};

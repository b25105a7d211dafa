import { Button } from "@mantine/core";

import type { NextAction } from "@/store/overview";

import classes from "./overview.module.css";
import { useNextAction } from "./useNextAction";

/** The one thing to do next: a sentence and a button. */
export const Next = ({ next, onAddImages }: { next: NextAction; onAddImages: () => void }) => {
  const { go, working } = useNextAction(next, onAddImages);
  return (
    <section className={classes.next} aria-label="Next">
      <p className={classes.sentence}>{next.sentence}</p>
      <Button size="md" onClick={go} loading={working} data-testid="next">
        {next.button}
      </Button>
    </section>
  );
};

import { Progress } from "@mantine/core";

import { duration } from "@/ui/words";

import classes from "./annotate.module.css";
import { left, secondsPerImage, type Sitting } from "./sitting";

/** How far the sitting has come, and how fast. */
export const SittingProgress = ({ sitting }: { sitting: Sitting }) => {
  const done = sitting.decided.size;
  const seconds = secondsPerImage(sitting);
  return (
    <section className={classes.progress} aria-label="This sitting">
      <Progress
        value={(100 * done) / Math.max(done + left(sitting), 1)}
        aria-label="Part of the queue that is decided"
      />
      <p className="tabular">
        {done.toLocaleString("en")} decided in this sitting
        {seconds !== null && ` · ${seconds < 10 ? seconds.toFixed(1) + " s" : duration(seconds)} each`}
      </p>
    </section>
  );
};

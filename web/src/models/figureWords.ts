/** What a training is measured by, in words. */
import type { Task } from "@/store/projects";
import { countOf, percent } from "@/ui/words";

/** Title of the chart of the figure that decides. */
export const FIGURE: Record<Task, string> = {
  classification: "Accuracy",
  detection: "AP50",
  "instance-segmentation": "Mask AP50",
  "semantic-segmentation": "Mean IoU",
  keypoints: "OKS-AP50",
};

/** What is shown of single classes. */
export const byClassWords = (task: Task): string =>
  task === "classification"
    ? "Share of its held-out images found; the weakest first"
    : "Share of its objects found in the held-out images; the weakest first";

/** How good a training is by now. `measured`: how often that was looked at. */
export const latestWords = (task: Task, figure: number, measured: number): string =>
  task === "classification"
    ? `${percent(figure, 1)} of the held-out images right after ${countOf(measured, "epoch")}.`
    : `${FIGURE[task]} ${percent(figure, 1)} on the held-out images, measured ${countOf(measured, "time")}.`;

/** Short messages at the edge of the page. What a person must act on belongs into a dialog or the bar instead. */
import { notifications } from "@mantine/notifications";

/** Says that something was done. A message with the same `about` replaces the one before. */
export const say = (message: string, about?: string): void => {
  if (about !== undefined) notifications.hide(about);
  notifications.show({
    message,
    withBorder: true,
    color: "graft",
    ...(about === undefined ? {} : { id: about }),
  });
};

/** Says what went wrong and what to do; stays until it is closed. */
export const sayProblem = (problem: unknown): void => {
  const { message, remedy } = worded(problem);
  notifications.show({
    title: message,
    message: remedy ?? "",
    withBorder: true,
    color: "red",
    autoClose: false,
    role: "alert",
  });
};

const worded = (problem: unknown): { message: string; remedy: string | null } => {
  if (typeof problem !== "object" || problem === null || !("message" in problem)) {
    return { message: String(problem), remedy: null };
  }
  const remedy = "remedy" in problem && typeof problem.remedy === "string" ? problem.remedy : null;
  return { message: String(problem.message), remedy };
};

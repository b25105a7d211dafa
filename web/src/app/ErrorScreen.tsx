import { Button } from "@mantine/core";

import { Empty } from "@/ui/Empty";

const messageOf = (error: unknown): string => (error instanceof Error ? error.message : String(error));

/** Stands in for a screen that failed; the frame around it goes on working. */
export const ErrorScreen = ({ error, onRetry }: { error: unknown; onRetry: () => void }) => (
  <Empty title="This screen could not be shown" action={<Button onClick={onRetry}>Try again</Button>}>
    {messageOf(error)} Nothing that you changed is lost.
  </Empty>
);

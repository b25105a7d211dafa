import { Skeleton, Text } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import { lazy, Suspense } from "react";

import { runQuery } from "@/store/models";
import { projectQuery } from "@/store/projects";
import { Section } from "@/ui/Section";

const RunCharts = lazy(() => import("./RunCharts"));

/** How loss and accuracy went, epoch by epoch; nothing for heads that are solved at once. */
export const RunCurves = ({ projectId, runId }: { projectId: number; runId: number }) => {
  const { data } = useQuery(runQuery(projectId, runId));
  const task = useQuery(projectQuery(projectId)).data?.task;
  if (task === undefined || data === undefined || data.metrics.epoch.length < 2) return null;
  return (
    <Section title="Its training">
      <Suspense fallback={<Skeleton h={240} />}>
        <RunCharts metrics={data.metrics} task={task} />
      </Suspense>
      {data.notes.map((note) => (
        <Text key={note} c="dimmed">
          {note}
        </Text>
      ))}
    </Section>
  );
};

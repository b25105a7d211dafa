import { Drawer, Skeleton, Stack, Title } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";

import { jobsQuery, runningJobs, type Job } from "@/store/jobs";
import { Empty } from "@/ui/Empty";

import { JobRow } from "./JobRow";

const Section = ({ title, jobs }: { title: string; jobs: readonly Job[] }) =>
  jobs.length === 0 ? null : (
    <section aria-label={title}>
      <Title order={3} mb="xs">
        {title}
      </Title>
      <Stack gap="sm">
        {jobs.map((job) => (
          <JobRow key={job.number} job={job} />
        ))}
      </Stack>
    </section>
  );

const Jobs = () => {
  const { data, error } = useQuery(jobsQuery());
  if (error !== null) return <Empty title="The jobs cannot be read">{error.message}</Empty>;
  if (data === undefined) return <Skeleton h={72} role="status" aria-label="Reading the jobs" />;
  if (data.length === 0) {
    return <Empty title="No jobs yet">Imports, maps, trainings and exports show here while they run.</Empty>;
  }
  return (
    <Stack gap="lg">
      <Section title="Running" jobs={runningJobs(data)} />
      <Section title="Over" jobs={data.filter((job) => job.state !== "running")} />
    </Stack>
  );
};

/** Background work: what runs, what is done, what failed and why. */
const JobsDrawer = ({ opened, onClose }: { opened: boolean; onClose: () => void }) => (
  <Drawer
    opened={opened}
    onClose={onClose}
    title="Jobs"
    closeButtonProps={{ "aria-label": "Close the jobs" }}
  >
    {opened && <Jobs />}
  </Drawer>
);

export default JobsDrawer;

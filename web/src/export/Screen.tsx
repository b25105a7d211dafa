import { Button, Skeleton, Stack } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";

import { exportsQuery } from "@/store/exports";
import { useProject } from "@/store/hooks";
import { formatsQuery, projectQuery } from "@/store/projects";
import { Empty } from "@/ui/Empty";
import { Page } from "@/ui/Page";

import { EarlierExports } from "./EarlierExports";
import classes from "./export.module.css";
import { formatsFor, usualFor } from "./formats";
import { NewExport } from "./NewExport";

const Loading = () => (
  <Stack gap="lg" role="status" aria-label="Reading the formats">
    <Skeleton h={352} />
    <Skeleton h={180} />
    <Skeleton h={160} />
  </Stack>
);

/** Labels out: choose a format, see what it does not hold, write it, download it. */
const Screen = () => {
  const { id } = useProject();
  const formats = useQuery(formatsQuery());
  const project = useQuery(projectQuery(id));
  const made = useQuery(exportsQuery(id));
  const error = formats.error ?? project.error ?? made.error;
  if (error !== null) {
    const again = () => void Promise.all([formats.refetch(), project.refetch(), made.refetch()]);
    return (
      <Empty
        title="The export cannot be shown"
        action={
          <Button variant="default" onClick={again}>
            Try again
          </Button>
        }
      >
        {error.message}
      </Empty>
    );
  }
  const { counts, task } = project.data ?? {};
  const loaded =
    formats.data !== undefined && counts !== undefined && task !== undefined && made.data !== undefined;
  if (loaded && counts.labelled + counts.proposed + made.data.length === 0) {
    return (
      <Empty
        title="Nothing to export yet"
        action={
          <Button component={Link} to={`/projects/${id}/annotate`}>
            Label images
          </Button>
        }
      >
        As soon as images have labels, they go out from here in the format that your training reads.
      </Empty>
    );
  }
  return (
    <div className={classes.screen}>
      <Page title="Export">
        {loaded ? (
          <>
            <NewExport formats={formatsFor(formats.data, task)} usual={usualFor(task)} counts={counts} />
            <EarlierExports exports={made.data} formats={formats.data} />
          </>
        ) : (
          <Loading />
        )}
      </Page>
    </div>
  );
};

export default Screen;

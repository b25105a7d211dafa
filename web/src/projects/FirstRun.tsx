import { Button, Group, Stack, Text, Title } from "@mantine/core";
import { useMutation, useQueryClient } from "@tanstack/react-query";
import { useNavigate } from "@tanstack/react-router";
import type { ReactNode } from "react";

import { startDemo } from "@/store/imports";
import { sayProblem } from "@/ui/toasts";

import { DrawnGroup, DrawnMap, DrawnProposals } from "./Drawings";
import classes from "./projects.module.css";

const Step = ({ drawing, title, children }: { drawing: ReactNode; title: string; children: string }) => (
  <li className={classes.step}>
    {drawing}
    <Title order={2}>{title}</Title>
    <Text c="dimmed">{children}</Text>
  </li>
);

/** What a person sees who has no project yet: what this is, in three pictures, and the two ways to begin. */
export const FirstRun = ({ onCreate }: { onCreate: () => void }) => {
  const navigate = useNavigate();
  const queries = useQueryClient();
  const demo = useMutation({
    mutationFn: startDemo,
    onSuccess: async (projectId) => {
      await queries.invalidateQueries({ queryKey: ["projects"] });
      await navigate({ to: "/projects/$projectId", params: { projectId } });
    },
    onError: sayProblem,
  });
  return (
    <div className={classes.first}>
      <Stack gap="xs">
        <Title order={1}>Label your images in groups, not one by one</Title>
        <Text c="dimmed">
          A network lays out your images. You circle, it learns, you correct. Nothing leaves this machine.
        </Text>
      </Stack>
      <ol className={classes.steps}>
        <Step drawing={<DrawnMap />} title="1. Point at a folder">
          Every image lands on a map, next to the images that look like it.
        </Step>
        <Step drawing={<DrawnGroup />} title="2. Circle a group, press 1">
          One gesture labels hundreds. Ctrl+Z takes it back.
        </Step>
        <Step drawing={<DrawnProposals />} title="3. Train, then correct">
          The rest gets proposals. You look at the doubtful ones and export.
        </Step>
      </ol>
      <Group gap="sm">
        <Button onClick={onCreate}>New project</Button>
        <Button variant="default" loading={demo.isPending} onClick={() => demo.mutate()}>
          Try it on example images
        </Button>
      </Group>
    </div>
  );
};

import { useComputedColorScheme, useMantineColorScheme } from "@mantine/core";
import { Spotlight, type SpotlightActionData, type SpotlightActionGroupData } from "@mantine/spotlight";
import { useQuery } from "@tanstack/react-query";
import { useNavigate } from "@tanstack/react-router";
import { Search } from "lucide-react";

import { classListQuery } from "@/store/classes";
import { useObservable } from "@/store/observable";
import type { OpenProject } from "@/store/openProject";
import { projectsQuery } from "@/store/projects";
import { KeyHint } from "@/ui/KeyHint";
import { overlayProps } from "@/ui/theme";

import { SCREENS } from "./screens";
import { shownProject } from "./shownProject";
import { redo, undo } from "./useFrameKeys";

/** Where one can go within a project, and what one can begin there. */
const useProjectGroups = (project: OpenProject | null): SpotlightActionGroupData[] => {
  const navigate = useNavigate();
  const { data: classes } = useQuery({ ...classListQuery(project?.id ?? 0), enabled: project !== null });
  if (project === null) return [];
  const params = { projectId: project.id };
  const gallery = "/projects/$projectId/gallery";
  return [
    {
      group: "Screens",
      actions: SCREENS.map(({ to, words, icon: Icon }) => ({
        id: to,
        label: words,
        leftSection: <Icon size={16} aria-hidden />,
        onClick: () => void navigate({ to, params }),
      })),
    },
    {
      group: "In this project",
      actions: [
        { id: "undo", label: "Undo", rightSection: <KeyHint>Ctrl Z</KeyHint>, onClick: undo },
        { id: "redo", label: "Redo", rightSection: <KeyHint>Ctrl Y</KeyHint>, onClick: redo },
        {
          id: "new-model",
          label: "New model",
          keywords: "train",
          onClick: () => void navigate({ to: "/projects/$projectId/models", params, search: { new: true } }),
        },
        {
          id: "review",
          label: "Review proposals",
          onClick: () =>
            void navigate({ to: "/projects/$projectId/annotate", params, search: { review: true } }),
        },
        {
          id: "doubtful",
          label: "Show doubtful proposals",
          keywords: "unsure confidence",
          onClick: () =>
            void navigate({ to: gallery, params, search: { state: "proposed", sort: "confidence" } }),
        },
        {
          id: "suspicious",
          label: "Show suspicious labels",
          keywords: "wrong errors",
          onClick: () => void navigate({ to: gallery, params, search: { suspicious: true } }),
        },
        {
          id: "unlabelled",
          label: "Show images without label or proposal",
          keywords: "new unlabelled",
          onClick: () => void navigate({ to: gallery, params, search: { state: "new" } }),
        },
      ],
    },
    {
      group: "Classes",
      actions: (classes ?? []).map(({ id, name }) => ({
        id: `class-${id}`,
        label: `Images of ${name}`,
        onClick: () => void navigate({ to: gallery, params, search: { class_id: id } }),
      })),
    },
  ];
};

/** What holds on every screen. */
const useCommands = (onJobs: () => void, onHelp: () => void): SpotlightActionData[] => {
  const navigate = useNavigate();
  // Without this Mantine pauses transitions by a style element, which the page's policy forbids.
  const { setColorScheme } = useMantineColorScheme({ keepTransitions: true });
  const dark = useComputedColorScheme("light") === "dark";
  return [
    { id: "projects", label: "All projects", onClick: () => void navigate({ to: "/" }) },
    { id: "jobs", label: "Show jobs", keywords: "work progress", onClick: onJobs },
    {
      id: "colours",
      label: dark ? "Light colours" : "Dark colours",
      keywords: "theme",
      onClick: () => setColorScheme(dark ? "light" : "dark"),
    },
    {
      id: "keys",
      label: "Show keys",
      keywords: "help shortcuts",
      rightSection: <KeyHint>?</KeyHint>,
      onClick: onHelp,
    },
    { id: "settings", label: "Settings", onClick: () => void navigate({ to: "/settings" }) },
  ];
};

/** Search and commands: screens, projects, classes, and what can be done from here. */
export const Palette = ({ onJobs, onHelp }: { onJobs: () => void; onHelp: () => void }) => {
  const navigate = useNavigate();
  const ofProject = useProjectGroups(useObservable(shownProject));
  const commands = useCommands(onJobs, onHelp);
  const { data: projects } = useQuery(projectsQuery());
  const groups: SpotlightActionGroupData[] = [
    ...ofProject.slice(0, -1),
    {
      group: "Projects",
      actions: (projects ?? []).map(({ id, name }) => ({
        id: `project-${id}`,
        label: name,
        onClick: () => void navigate({ to: "/projects/$projectId", params: { projectId: id } }),
      })),
    },
    { group: "Commands", actions: commands },
    // Last, as there may be a thousand of them.
    ...ofProject.slice(-1),
  ];
  return (
    <Spotlight
      actions={groups.filter(({ actions }) => actions.length > 0)}
      shortcut={null}
      lockScroll={false}
      overlayProps={overlayProps}
      radius="md"
      nothingFound="Nothing is called that."
      highlightQuery
      limit={60}
      scrollable
      maxHeight={400}
      searchProps={{
        leftSection: <Search size={16} />,
        placeholder: "Search screens, classes, projects and commands",
      }}
    />
  );
};

import { Spotlight, type SpotlightActionData, type SpotlightActionGroupData } from "@mantine/spotlight";
import { useQuery } from "@tanstack/react-query";
import { useNavigate } from "@tanstack/react-router";
import { Search } from "lucide-react";

import { useObservable } from "@/store/observable";
import { projectsQuery } from "@/store/projects";
import { overlayProps } from "@/ui/theme";

import { SCREENS } from "./screens";
import { shownProject } from "./shownProject";

/** Search and commands: screens, projects, and what the bar offers. */
export const Palette = ({ onJobs, onHelp }: { onJobs: () => void; onHelp: () => void }) => {
  const navigate = useNavigate();
  const project = useObservable(shownProject);
  const { data: projects } = useQuery(projectsQuery());
  const screens: SpotlightActionData[] =
    project === null
      ? []
      : SCREENS.map(({ to, words, icon: Icon }) => ({
          id: to,
          label: words,
          leftSection: <Icon size={16} aria-hidden />,
          onClick: () => void navigate({ to, params: { projectId: project.id } }),
        }));
  const groups: SpotlightActionGroupData[] = [
    { group: "Screens", actions: screens },
    {
      group: "Projects",
      actions: (projects ?? []).map(({ id, name }) => ({
        id: `project-${id}`,
        label: name,
        onClick: () => void navigate({ to: "/projects/$projectId", params: { projectId: id } }),
      })),
    },
    {
      group: "Commands",
      actions: [
        { id: "projects", label: "All projects", onClick: () => void navigate({ to: "/" }) },
        { id: "jobs", label: "Show jobs", onClick: onJobs },
        { id: "keys", label: "Show keys", onClick: onHelp },
        { id: "settings", label: "Settings", onClick: () => void navigate({ to: "/settings" }) },
      ],
    },
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
      scrollable
      maxHeight={400}
      searchProps={{
        leftSection: <Search size={16} />,
        placeholder: "Search projects, screens and commands",
      }}
    />
  );
};

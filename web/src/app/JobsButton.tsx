import { ActionIcon, Tooltip } from "@mantine/core";
import { Activity } from "lucide-react";

/** Opens the drawer of background work. */
export const JobsButton = ({ onClick }: { onClick: () => void }) => (
  <Tooltip label="Jobs">
    <ActionIcon aria-label="Jobs" onClick={onClick}>
      <Activity size={16} />
    </ActionIcon>
  </Tooltip>
);

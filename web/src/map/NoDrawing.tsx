import { Button } from "@mantine/core";
import { Link } from "@tanstack/react-router";

import { useProject } from "@/store/hooks";
import { Empty } from "@/ui/Empty";

/** In place of the map where the browser cannot draw it. */
export const NoDrawing = ({ problem }: { problem: Error }) => {
  const { id } = useProject();
  return (
    <Empty
      title="This browser cannot draw the map"
      action={
        <Button component={Link} to="/projects/$projectId/gallery" params={{ projectId: id } as never}>
          Open the gallery
        </Button>
      }
    >
      {problem.message} Turning on hardware acceleration in the settings of the browser, or another browser,
      brings the map back. Nothing is lost.
    </Empty>
  );
};

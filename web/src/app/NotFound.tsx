import { Button } from "@mantine/core";
import { Link } from "@tanstack/react-router";

import { Empty } from "@/ui/Empty";

export const NotFound = () => (
  <Empty
    title="There is nothing at this address"
    action={
      <Button component={Link} to="/">
        All projects
      </Button>
    }
  >
    The project may have been deleted, or the address was cut off.
  </Empty>
);

import { Drawer } from "@mantine/core";

import { Empty } from "@/ui/Empty";

/** Background work: what runs, what is done, what failed. */
const JobsDrawer = ({ opened, onClose }: { opened: boolean; onClose: () => void }) => (
  <Drawer opened={opened} onClose={onClose} title="Jobs">
    <Empty title="Jobs" />
  </Drawer>
);

export default JobsDrawer;

import { Skeleton, Stack } from "@mantine/core";

/** The outline of a screen while its code is loaded. */
export const ScreenSkeleton = () => (
  <Stack p="lg" gap="md" aria-busy="true" aria-label="Loading">
    <Skeleton h={28} w={240} />
    <Skeleton h={160} />
    <Skeleton h={160} />
  </Stack>
);

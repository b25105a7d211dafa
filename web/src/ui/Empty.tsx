import { Stack, Text, Title } from "@mantine/core";
import type { ReactNode } from "react";

/** What a place says that has nothing to show: why, and what to do. */
export const Empty = ({
  title,
  children,
  action,
}: {
  title: string;
  children?: ReactNode;
  action?: ReactNode;
}) => (
  <Stack align="center" justify="center" gap="sm" h="100%" mih={240} p="xl" ta="center">
    <Title order={2}>{title}</Title>
    {children !== undefined && (
      <Text c="dimmed" maw={440}>
        {children}
      </Text>
    )}
    {action}
  </Stack>
);

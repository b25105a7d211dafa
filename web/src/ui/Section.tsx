import { Paper, Stack, Text, Title } from "@mantine/core";
import { useId, type ReactNode } from "react";

/** A part of a page with a head of its own. */
export const Section = ({
  title,
  note,
  children,
}: {
  title: string;
  note?: ReactNode;
  children: ReactNode;
}) => {
  const id = useId();
  return (
    <Paper component="section" aria-labelledby={id} p="md">
      <Stack gap="md">
        <div>
          <Title order={2} id={id}>
            {title}
          </Title>
          {note !== undefined && <Text c="dimmed">{note}</Text>}
        </div>
        {children}
      </Stack>
    </Paper>
  );
};

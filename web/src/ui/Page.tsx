import { Group, Title } from "@mantine/core";
import type { ReactNode } from "react";

import classes from "./Page.module.css";

/** A screen that reads like a page: its head, what can be done, and what it tells below. */
export const Page = ({
  title,
  actions,
  wide = false,
  children,
}: {
  title: string;
  actions?: ReactNode;
  wide?: boolean;
  children: ReactNode;
}) => (
  <div className={classes.page} data-wide={wide}>
    <Group justify="space-between" mih={32}>
      <Title order={1}>{title}</Title>
      {actions !== undefined && <Group gap="sm">{actions}</Group>}
    </Group>
    {children}
  </div>
);

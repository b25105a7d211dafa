import { Code, Skeleton, Stack, Text } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";

import { aboutQuery } from "@/store/about";
import { Facts } from "@/ui/Facts";
import { Section } from "@/ui/Section";

const NOTE = (
  <>
    Set by the environment or by the file <Code>labelgraft.toml</Code> in the workspace; read when the server
    starts.
  </>
);

const Roots = ({ roots }: { roots: readonly string[] }) =>
  roots.length === 0 ? (
    <>
      none; start with <Code>labelgraft serve --root FOLDER</Code>
    </>
  ) : (
    <Stack gap={0}>
      {roots.map((root) => (
        <span key={root}>{root}</span>
      ))}
    </Stack>
  );

/** The workspace, the person, and what is refused. */
export const ServerFacts = () => {
  const { data, error } = useQuery(aboutQuery());
  return (
    <Section title="The server" note={NOTE}>
      {error !== null && <Text c="var(--danger)">{error.message}</Text>}
      {data === undefined ? (
        error === null && <Skeleton h={184} role="status" aria-label="Reading the server's settings" />
      ) : (
        <Facts
          facts={[
            ["Labelgraft", data.version],
            ["Workspace", data.workspace],
            ["You are", data.person],
            ["Folders to import from", <Roots key="roots" roots={data.roots} />],
            [
              "Largest image",
              `${data.limits.image_megapixels} megapixels, ${data.limits.image_megabytes} MB`,
            ],
          ]}
        />
      )}
    </Section>
  );
};

import { Group, SegmentedControl, Text, useMantineColorScheme, type MantineColorScheme } from "@mantine/core";
import { useId, type ReactNode } from "react";

import { keyBoard } from "@/store/keys/board";
import { PROFILE_NAMES } from "@/store/keys/profiles";
import { useObservable } from "@/store/observable";
import { Section } from "@/ui/Section";

const SCHEMES: { value: MantineColorScheme; label: string }[] = [
  { value: "auto", label: "As the system" },
  { value: "light", label: "Light" },
  { value: "dark", label: "Dark" },
];

const Choice = ({
  words,
  note,
  children,
}: {
  words: string;
  note: string;
  children: (id: string) => ReactNode;
}) => {
  const id = useId();
  return (
    <Group justify="space-between">
      <div>
        <Text id={id} fw={500}>
          {words}
        </Text>
        <Text c="dimmed">{note}</Text>
      </div>
      {children(id)}
    </Group>
  );
};

/** Colours and keys, kept in this browser. */
export const BrowserSettings = () => {
  const { colorScheme, setColorScheme } = useMantineColorScheme();
  const profile = useObservable(keyBoard.profile);
  return (
    <Section title="This browser">
      <Choice words="Colours" note="Pictures look the same on both grounds.">
        {(id) => (
          <SegmentedControl
            aria-labelledby={id}
            data={SCHEMES}
            value={colorScheme}
            onChange={(scheme) => setColorScheme(scheme)}
          />
        )}
      </Choice>
      <Choice words="Keys" note="As the tool has them that your hands know. Press ? for all keys.">
        {(id) => (
          <SegmentedControl
            aria-labelledby={id}
            data={[...PROFILE_NAMES]}
            value={profile}
            onChange={(name) => keyBoard.choose(name)}
          />
        )}
      </Choice>
    </Section>
  );
};

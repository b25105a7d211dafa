import { Kbd, Modal, SegmentedControl, SimpleGrid, Stack, Table, Text, Title } from "@mantine/core";

import { ACTIONS, SCOPES, type Scope } from "@/store/keys/actions";
import { keyBoard } from "@/store/keys/board";
import { keysOf, PROFILE_NAMES, type ProfileName } from "@/store/keys/profiles";
import { useObservable } from "@/store/observable";

const TITLES: Record<Scope, string> = {
  global: "Everywhere",
  map: "Map",
  gallery: "Gallery",
  annotate: "Annotate",
  review: "Annotate: review",
};

const isClassKey = (id: string): boolean => /\.class\.\d+$/.test(id);

const ScopeKeys = ({ scope, profile }: { scope: Scope; profile: ProfileName }) => (
  <div>
    <Title order={3} mb="xs">
      {TITLES[scope]}
    </Title>
    <Table verticalSpacing={4} horizontalSpacing={0} withRowBorders={false} layout="auto">
      <Table.Tbody>
        {Object.entries(ACTIONS)
          .filter(([id, action]) => action.scope === scope && !isClassKey(id))
          .map(([id, action]) => (
            <Table.Tr key={id}>
              <Table.Td>{action.words}</Table.Td>
              <Table.Td ta="right">
                {keysOf(profile, id).map((chord) => (
                  <Kbd key={chord} size="xs" ml={4}>
                    {chord}
                  </Kbd>
                ))}
              </Table.Td>
            </Table.Tr>
          ))}
        {scope !== "global" && (
          <Table.Tr>
            <Table.Td>Give class 1 to 10, 11 to 20</Table.Td>
            <Table.Td ta="right">
              <Kbd size="xs">1</Kbd> to <Kbd size="xs">0</Kbd>, <Kbd size="xs">Shift</Kbd>
            </Table.Td>
          </Table.Tr>
        )}
      </Table.Tbody>
    </Table>
  </div>
);

/** Every key, by the screen where it holds. */
export const HelpSheet = ({ opened, onClose }: { opened: boolean; onClose: () => void }) => {
  const profile = useObservable(keyBoard.profile);
  return (
    <Modal opened={opened} onClose={onClose} title="Keys" size={880}>
      <Stack gap="md">
        <Text c="dimmed">Keys as another tool has them:</Text>
        <SegmentedControl
          aria-label="Keys as in"
          data={[...PROFILE_NAMES]}
          value={profile}
          onChange={(name) => keyBoard.choose(name)}
        />
        <SimpleGrid cols={2} spacing="xl" verticalSpacing="md">
          {SCOPES.map((scope) => (
            <ScopeKeys key={scope} scope={scope} profile={profile} />
          ))}
        </SimpleGrid>
      </Stack>
    </Modal>
  );
};

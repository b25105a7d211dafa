import { Modal, SegmentedControl, Stack, Text, Title } from "@mantine/core";

import { ACTIONS, DRAWING_SCOPES, SCOPE_TITLES, SCOPES, type Scope } from "@/store/keys/actions";
import { keyBoard } from "@/store/keys/board";
import { keysOf, PROFILE_NAMES, type ProfileName } from "@/store/keys/profiles";
import { useObservable } from "@/store/observable";

import classes from "./HelpSheet.module.css";
import { shownProject } from "./shownProject";

const WHOLE_IMAGE_SCOPES: readonly Scope[] = ["annotate", "review"];

const Row = ({ words, chords }: { words: string; chords: readonly string[] }) => (
  <div className={classes.row}>
    <dt>{words}</dt>
    <dd>
      {chords.map((chord) => (
        <kbd key={chord}>{chord}</kbd>
      ))}
    </dd>
  </div>
);

const ScopeKeys = ({ scope, profile }: { scope: Scope; profile: ProfileName }) => (
  <section className={classes.scope}>
    <Title order={3}>{SCOPE_TITLES[scope]}</Title>
    <dl>
      {Object.entries(ACTIONS)
        .filter(([, action]) => action.scope === scope)
        .map(([id, action]) => (
          <Row key={id} words={action.words} chords={keysOf(profile, id)} />
        ))}
      {scope !== "global" && (
        <>
          <Row
            words="Give a class: its own key, or a free digit in the order of the list"
            chords={["1", "0"]}
          />
          <Row words="Give one of the next ten classes" chords={["Shift+1", "Shift+0"]} />
        </>
      )}
    </dl>
  </section>
);

/** Every key, by the screen where it holds. */
export const HelpSheet = ({ opened, onClose }: { opened: boolean; onClose: () => void }) => {
  const profile = useObservable(keyBoard.profile);
  const drawing = useObservable(shownProject)?.drawsShapes.get();
  // In a project, only the keys that hold in it.
  const elsewhere = drawing === undefined ? [] : drawing ? WHOLE_IMAGE_SCOPES : DRAWING_SCOPES;
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
        <div className={classes.scopes}>
          {SCOPES.filter((scope) => !elsewhere.includes(scope)).map((scope) => (
            <ScopeKeys key={scope} scope={scope} profile={profile} />
          ))}
        </div>
      </Stack>
    </Modal>
  );
};

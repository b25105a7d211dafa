import { Accordion, Button, Group, Modal, Radio, Skeleton, Stack, Text } from "@mantine/core";
import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { useNavigate } from "@tanstack/react-router";
import { useState } from "react";

import { useDrawsShapes, useProject } from "@/store/hooks";
import { backbonesQuery, backboneWords, type Backbone } from "@/store/backbones";
import {
  estimateQuery,
  measureEstimate,
  startRun,
  trainingFormQuery,
  type HeadKind,
  type NewRun,
  type TrainingSetting,
} from "@/store/training";
import { duration } from "@/ui/words";

import { AdviceBox } from "./AdviceBox";
import { BackboneTable } from "./BackboneTable";
import { HEAD_KINDS, headName, headNote } from "./headWords";
import classes from "./models.module.css";
import { SettingField } from "./SettingField";
import { problemOf, runOf, usedSettings, type Typed } from "./settingsForm";

const NO_BACKBONES: readonly Backbone[] = [];

const GROUPS: readonly { name: string; words: string }[] = [
  { name: "images", words: "Images to train and test on" },
  { name: "network", words: "Network" },
  { name: "steps", words: "Steps" },
  { name: "caution", words: "Against learning by heart" },
  { name: "machine", words: "Machine" },
];

const Estimated = ({ projectId, run }: { projectId: number; run: NewRun }) => {
  const drawing = useDrawsShapes();
  const queries = useQueryClient();
  const { data, isPending } = useQuery(estimateQuery(projectId, run));
  const measure = useMutation({
    mutationFn: () => measureEstimate(projectId, run),
    onSuccess: (found) => queries.setQueryData(estimateQuery(projectId, run).queryKey, found),
  });
  if (isPending) return <span />;
  if (data == null) {
    return (
      <Group gap="sm">
        <Text c="dimmed" role="status">
          {measure.error?.message ?? "How long it takes is not known yet."}
        </Text>
        <Button
          variant="default"
          title="Times some steps on this machine; takes some seconds."
          loading={measure.isPending}
          onClick={() => measure.mutate()}
        >
          Measure
        </Button>
      </Group>
    );
  }
  return (
    <Text c="dimmed" title={data.basis} className="tabular">
      About {duration(data.seconds)} ({duration(data.low)} to {duration(data.high)}) on {data.labels}{" "}
      {drawing ? "finished images" : "labels"}
    </Text>
  );
};

const HeadChoice = ({
  head,
  drawing,
  onChange,
}: {
  head: HeadKind;
  drawing: boolean;
  onChange: (head: HeadKind) => void;
}) => (
  <Radio.Group label="Way of training" value={head} onChange={(value) => onChange(value)}>
    <div className={classes.choices}>
      {HEAD_KINDS.filter((kind) => !(drawing && kind === "mlp")).map((kind) => (
        <Radio.Card key={kind} value={kind} className={classes.choice} aria-label={headName(kind, drawing)}>
          <Group wrap="nowrap" align="flex-start" gap="sm">
            <Radio.Indicator size="xs" mt={2} />
            <div>
              <Text fw={500}>{headName(kind, drawing)}</Text>
              <Text size="xs" c="dimmed">
                {headNote(kind, drawing)}
              </Text>
            </div>
          </Group>
        </Radio.Card>
      ))}
    </div>
  </Radio.Group>
);

const Form = ({
  projectId,
  settings,
  devices,
  onClose,
}: {
  projectId: number;
  settings: readonly TrainingSetting[];
  devices: readonly string[];
  onClose: () => void;
}) => {
  const project = useProject();
  const drawing = useDrawsShapes();
  const queries = useQueryClient();
  const navigate = useNavigate({ from: "/projects/$projectId/models" });
  const backbones = useQuery(backbonesQuery()).data ?? NO_BACKBONES;
  const [head, setHead] = useState<HeadKind>("linear");
  const [typed, setTyped] = useState<Typed>({});
  const used = usedSettings(settings, head);
  const run = runOf(settings, head, typed);
  const bad = used.some((setting) => problemOf(setting, typed[setting.name]) !== null);
  const begin = useMutation({
    mutationFn: () => startRun(projectId, run),
    onSuccess: async ({ run: begun }) => {
      await queries.invalidateQueries({ queryKey: ["project", projectId, "runs"] });
      await navigate({ search: { run: begun.id } });
    },
  });
  const choicesOf: Readonly<Record<string, readonly string[]>> = {
    train_folders: project.images.columns.folders,
    test_folders: project.images.columns.folders,
    device: devices,
    backbone: backbones.map((each) => each.name),
  };
  const notesOf = (name: string): string =>
    backbones
      .filter((each) => each.name === name)
      .map((each) => backboneWords(each, backbones))
      .join("");
  const field = (setting: TrainingSetting) => (
    <SettingField
      key={setting.name}
      setting={setting}
      value={typed[setting.name]}
      choices={choicesOf[setting.name] ?? []}
      noteOf={setting.name === "backbone" ? notesOf : undefined}
      onChange={(value) => setTyped({ ...typed, [setting.name]: value })}
    />
  );
  const ofGroup = (name: string) => used.filter((setting) => setting.group === name);
  return (
    <form
      onSubmit={(event) => {
        event.preventDefault();
        begin.mutate();
      }}
    >
      <Stack gap="lg">
        {!drawing && (
          <AdviceBox
            projectId={projectId}
            onTake={(advice) => {
              setHead(advice.head);
              if (advice.head === "finetune") setTyped({ ...typed, frozen_blocks: advice.frozen_blocks });
            }}
          />
        )}
        <HeadChoice head={head} drawing={drawing} onChange={setHead} />
        <div className={classes.form}>{ofGroup("model").map(field)}</div>
        <Accordion variant="separated" multiple classNames={{ label: classes.part ?? "" }}>
          {!drawing && (
            <Accordion.Item value="backbones">
              <Accordion.Control>Backbones on your labels</Accordion.Control>
              <Accordion.Panel>
                <BackboneTable projectId={projectId} />
              </Accordion.Panel>
            </Accordion.Item>
          )}
          {GROUPS.filter(({ name }) => ofGroup(name).length > 0).map(({ name, words }) => (
            <Accordion.Item key={name} value={name}>
              <Accordion.Control>{words}</Accordion.Control>
              <Accordion.Panel>
                <div className={classes.form}>{ofGroup(name).map(field)}</div>
              </Accordion.Panel>
            </Accordion.Item>
          ))}
        </Accordion>
        {begin.error !== null && (
          <Text c="var(--danger)" role="alert">
            {begin.error.message}
          </Text>
        )}
        <Group justify="space-between">
          <Estimated projectId={projectId} run={run} />
          <Group gap="sm">
            <Button variant="default" onClick={onClose}>
              Cancel
            </Button>
            <Button type="submit" disabled={bad} loading={begin.isPending}>
              Train
            </Button>
          </Group>
        </Group>
      </Stack>
    </form>
  );
};

/** A new model: the advice measured on the labels so far, the way of training, every setting with a good default. */
export const NewModelDialog = ({ projectId, onClose }: { projectId: number; onClose: () => void }) => {
  const { data, error } = useQuery(trainingFormQuery(projectId));
  return (
    <Modal opened onClose={onClose} title="New model" size={880}>
      {error !== null && <Text role="alert">{error.message}</Text>}
      {data === undefined ? (
        error === null && <Skeleton h={480} role="status" aria-label="Reading the settings of a training" />
      ) : (
        <Form projectId={projectId} settings={data.settings} devices={data.devices} onClose={onClose} />
      )}
    </Modal>
  );
};

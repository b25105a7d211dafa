import { Button, Group, Menu, Select, Skeleton, Text } from "@mantine/core";
import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { useNavigate } from "@tanstack/react-router";
import { Ellipsis, Sparkles } from "lucide-react";
import { useState } from "react";

import { activateModel, liveScoreQuery, modelQuery, modelsQuery, type ModelDetails } from "@/store/models";
import { Empty } from "@/ui/Empty";
import { Page } from "@/ui/Page";
import { Section } from "@/ui/Section";
import { say, sayProblem } from "@/ui/toasts";

import { DeleteDialog } from "./DeleteDialog";
import { DescribeDialog } from "./DescribeDialog";
import { DetectorProvenance, Provenance } from "./Provenance";
import { QualityTable } from "./QualityTable";
import { RunCurves } from "./RunCurves";
import { ShapeQualityTable } from "./ShapeQualityTable";
import { TryDialog } from "./TryDialog";
import { TryShapesDialog } from "./TryShapesDialog";

const FROM = "/projects/$projectId/models";

const LiveScore = ({ projectId, modelId }: { projectId: number; modelId: number }) => {
  const { data } = useQuery(liveScoreQuery(projectId, modelId));
  return <Text>{data?.words ?? "Reading what was accepted and corrected."}</Text>;
};

const HowGood = ({ model }: { model: ModelDetails }) => {
  if (model.quality != null) return <QualityTable quality={model.quality} />;
  if (model.shape_quality != null) return <ShapeQualityTable quality={model.shape_quality} />;
  return (
    <Text>
      {model.run_id === null
        ? "Not measured: it was trained elsewhere. What you accept and reject of its proposals tells how good it is here."
        : "Not measured: there were too few labels to hold some out. Label some more and train again."}
    </Text>
  );
};

const CompareWith = ({ projectId, model }: { projectId: number; model: ModelDetails }) => {
  const navigate = useNavigate({ from: FROM });
  const { data } = useQuery(modelsQuery(projectId));
  const others = (data ?? []).filter((each) => each.id !== model.id);
  if (others.length === 0) return null;
  return (
    <Select
      aria-label="Compare with"
      placeholder="Compare with"
      w={176}
      data={others.map((each) => ({ value: String(each.id), label: each.name }))}
      onChange={(id) => void navigate({ search: { model: model.id, with: Number(id) } })}
    />
  );
};

const More = ({
  model,
  onDescribe,
  onDelete,
}: {
  model: ModelDetails;
  onDescribe: () => void;
  onDelete: () => void;
}) => (
  <Menu position="bottom-end">
    <Menu.Target>
      <Button variant="default" px={8} aria-label={`More for ${model.name}`}>
        <Ellipsis size={16} />
      </Button>
    </Menu.Target>
    <Menu.Dropdown>
      <Menu.Item onClick={onDescribe}>Rename, describe</Menu.Item>
      <Menu.Item color="red" disabled={model.active} onClick={onDelete}>
        {model.active ? "Delete (not while in use)" : "Delete…"}
      </Menu.Item>
    </Menu.Dropdown>
  </Menu>
);

/** One model: how good it is, what it was made of, what can be done with it. */
export const ModelPane = ({ projectId, modelId }: { projectId: number; modelId: number }) => {
  const { data: model, error } = useQuery(modelQuery(projectId, modelId));
  const queries = useQueryClient();
  const [dialog, setDialog] = useState<"try" | "describe" | "delete" | null>(null);
  const activate = useMutation({
    mutationFn: () => activateModel(projectId, modelId),
    onSuccess: (used) => {
      say(`${used.name} is in use.`, "model-in-use");
      setDialog("try");
    },
    onError: sayProblem,
    onSettled: () => queries.invalidateQueries({ queryKey: ["project", projectId] }),
  });
  if (error !== null) return <Empty title="This model cannot be read">{error.message}</Empty>;
  if (model === undefined)
    return <Skeleton h="100%" radius={0} role="status" aria-label="Reading the model" />;
  const findsShapes = model.detector !== null;
  const actions = (
    <>
      {!findsShapes && <CompareWith projectId={projectId} model={model} />}
      {!model.active && (
        <Button variant="default" loading={activate.isPending} onClick={() => activate.mutate()}>
          Use this model
        </Button>
      )}
      <Button variant="default" leftSection={<Sparkles size={16} />} onClick={() => setDialog("try")}>
        {findsShapes ? "Propose shapes" : "Propose classes"}
      </Button>
      <More model={model} onDescribe={() => setDialog("describe")} onDelete={() => setDialog("delete")} />
    </>
  );
  return (
    <Page title={model.name} actions={actions}>
      {model.description !== "" && <Text>{model.description}</Text>}
      <Section title="Quality">
        <HowGood model={model} />
      </Section>
      <Section title="Its proposals so far">
        <LiveScore projectId={projectId} modelId={modelId} />
      </Section>
      {model.run_id !== null && <RunCurves projectId={projectId} runId={model.run_id} />}
      <Section title="Where it comes from">
        {model.detector === null || model.run_id !== null ? (
          <Provenance model={model} />
        ) : (
          <DetectorProvenance model={model} detector={model.detector} />
        )}
      </Section>
      <Group gap={0}>
        {dialog === "try" &&
          (findsShapes ? (
            <TryShapesDialog projectId={projectId} model={model} onClose={() => setDialog(null)} />
          ) : (
            <TryDialog projectId={projectId} model={model} onClose={() => setDialog(null)} />
          ))}
        {dialog === "delete" && (
          <DeleteDialog projectId={projectId} model={model} onClose={() => setDialog(null)} />
        )}
        {dialog === "describe" && (
          <DescribeDialog projectId={projectId} model={model} onClose={() => setDialog(null)} />
        )}
      </Group>
    </Page>
  );
};

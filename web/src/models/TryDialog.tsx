import { Button, Group, Modal, SegmentedControl, Skeleton, Stack, Text } from "@mantine/core";
import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { useState } from "react";

import { useSelection } from "@/store/hooks";
import { startPredict, tryModel, type Model, type TrialAnswer } from "@/store/models";
import { say, sayProblem } from "@/ui/toasts";
import { countOf, sureness } from "@/ui/words";

import { ImageTile, useWanted } from "./ImageTile";
import classes from "./models.module.css";

const Trial = ({ projectId, answers }: { projectId: number; answers: readonly TrialAnswer[] }) => {
  useWanted(
    projectId,
    answers.map((each) => each.image_id),
  );
  return (
    <ul className={classes.pictures}>
      {answers.map(({ image_id: id, answers: said, label }) => (
        <ImageTile key={id} imageId={id}>
          <span className="tabular">
            {said[0]?.class_name ?? "nothing"} {said[0] !== undefined && sureness(said[0].share)}
          </span>
          <span className={classes.note}>
            {label != null
              ? `Label: ${label}`
              : said[1] === undefined
                ? ""
                : `${said[1].class_name} ${sureness(said[1].share)}`}
          </span>
        </ImageTile>
      ))}
    </ul>
  );
};

/** Shows what a model would say of twelve images, from the surest to the least sure; then proposes for all. */
export const TryDialog = ({
  projectId,
  model,
  onClose,
}: {
  projectId: number;
  model: Model;
  onClose: () => void;
}) => {
  const queries = useQueryClient();
  const selection = useSelection();
  const chosen =
    selection === null ? null : [...selection.imageIds].filter((id) => !selection.thrownOut.has(id));
  const [which, setWhich] = useState<"all" | "chosen">("all");
  const imageIds = which === "chosen" ? chosen : null;
  const trial = useQuery({
    queryKey: ["trial", projectId, model.id, which],
    queryFn: () => tryModel(projectId, model.id, imageIds),
    gcTime: 0,
  });
  const propose = useMutation({
    mutationFn: () => startPredict(projectId, model.id, imageIds),
    onSuccess: () => {
      say(`${model.name} proposes classes. The jobs tell how far it is.`, "propose");
      void queries.invalidateQueries({ queryKey: ["jobs"] });
      onClose();
    },
    onError: sayProblem,
  });
  return (
    <Modal opened onClose={onClose} title={`What ${model.name} would propose`} size={880}>
      <Stack gap="md">
        <Group justify="space-between">
          <Text c="dimmed">Twelve images, from the surest to the least sure. Nothing is written yet.</Text>
          {chosen !== null && chosen.length > 0 && (
            <SegmentedControl
              aria-label="For which images"
              value={which}
              onChange={setWhich}
              data={[
                { value: "all", label: "All images" },
                { value: "chosen", label: `The ${chosen.length.toLocaleString("en")} chosen` },
              ]}
            />
          )}
        </Group>
        {trial.error !== null ? (
          <Text role="alert">{trial.error.message}</Text>
        ) : trial.data === undefined ? (
          <Skeleton h={360} role="status" aria-label="Trying the model" />
        ) : (
          <Trial projectId={projectId} answers={trial.data} />
        )}
        <Group justify="flex-end">
          <Button variant="default" onClick={onClose}>
            Cancel
          </Button>
          <Button data-autofocus loading={propose.isPending} onClick={() => propose.mutate()}>
            {imageIds === null
              ? "Propose for all images"
              : `Propose for ${countOf(imageIds.length, "image")}`}
          </Button>
        </Group>
      </Stack>
    </Modal>
  );
};

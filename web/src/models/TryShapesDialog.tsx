import { Button, Group, Modal, SegmentedControl, Skeleton, Stack, Text } from "@mantine/core";
import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { useState } from "react";

import { classListQuery } from "@/store/classes";
import { tryShapes, type TriedImage } from "@/store/detectors";
import { useSelection } from "@/store/hooks";
import { startPredict, type Model } from "@/store/models";
import { ShapesOver } from "@/ui/ShapesOver";
import { say, sayProblem } from "@/ui/toasts";
import { countOf, sureness } from "@/ui/words";

import { ImageTile, useWanted } from "./ImageTile";
import classes from "./models.module.css";

const NO_COLOUR = "var(--accent)";

const countsOf = ({ shapes }: TriedImage): string => {
  const counts = new Map<string, number>();
  for (const { class_name } of shapes) counts.set(class_name, (counts.get(class_name) ?? 0) + 1);
  return [...counts].map(([name, count]) => `${count} ${name}`).join(", ") || "nothing";
};

const Trial = ({ projectId, tried }: { projectId: number; tried: readonly TriedImage[] }) => {
  const known = useQuery(classListQuery(projectId)).data ?? [];
  const colours = new Map(known.map(({ id, colour }) => [id, colour]));
  useWanted(
    projectId,
    tried.map((each) => each.image_id),
  );
  return (
    <ul className={classes.pictures}>
      {tried.map((each) => (
        <ImageTile
          key={each.image_id}
          imageId={each.image_id}
          whole
          over={
            <ShapesOver
              widthPx={each.width_px}
              heightPx={each.height_px}
              shapes={each.shapes.map(({ shape, class_id: classId }) => ({
                shape,
                colour: colours.get(classId) ?? NO_COLOUR,
                proposed: false,
              }))}
              label={each.shapes.map(({ class_name: name }) => name).join(", ") || "nothing"}
            />
          }
        >
          <span className="tabular">{countsOf(each)}</span>
          <span className={classes.note}>
            {[
              ...(each.shapes[0] === undefined ? [] : [`surest ${sureness(each.shapes[0].confidence)}`]),
              ...(each.known === 0 ? [] : [`${each.known} there already`]),
            ].join(" · ")}
          </span>
        </ImageTile>
      ))}
    </ul>
  );
};

/** Draws what a model would propose on twelve images; then proposes for the selection, or for all that are unfinished. */
export const TryShapesDialog = ({
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
    selection === null ? [] : [...selection.imageIds].filter((id) => !selection.thrownOut.has(id));
  const [which, setWhich] = useState<"all" | "chosen">("all");
  const imageIds = which === "chosen" ? chosen : null;
  const trial = useQuery({
    queryKey: ["shape-trial", projectId, model.id, which],
    queryFn: () => tryShapes(projectId, model.id, imageIds),
    retry: false,
    gcTime: 0,
  });
  const propose = useMutation({
    mutationFn: () => startPredict(projectId, model.id, imageIds),
    onSuccess: () => {
      say(`${model.name} looks for shapes. They show as they are found.`, "propose");
      void queries.invalidateQueries({ queryKey: ["jobs"] });
      onClose();
    },
    onError: sayProblem,
  });
  return (
    <Modal opened onClose={onClose} title={`What ${model.name} would propose`} size={880}>
      <Stack gap="md">
        <Group justify="space-between">
          <Text c="dimmed">Twelve images drawn at random, the surest first. Nothing is written yet.</Text>
          {chosen.length > 0 && (
            <SegmentedControl
              aria-label="For which images"
              value={which}
              onChange={setWhich}
              data={[
                { value: "all", label: "All unfinished images" },
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
          <Trial projectId={projectId} tried={trial.data} />
        )}
        <Group justify="space-between" wrap="nowrap">
          <Text c="dimmed" size="xs">
            Its earlier proposals that nobody answered give way; what is drawn or was rejected stays.
          </Text>
          <Group gap="sm" wrap="nowrap">
            <Button variant="default" onClick={onClose}>
              Cancel
            </Button>
            <Button data-autofocus loading={propose.isPending} onClick={() => propose.mutate()}>
              {imageIds === null
                ? "Propose for all unfinished images"
                : `Propose for ${countOf(imageIds.length, "image")}`}
            </Button>
          </Group>
        </Group>
      </Stack>
    </Modal>
  );
};

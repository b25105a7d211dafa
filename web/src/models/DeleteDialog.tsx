import { Button, Group, Modal, Stack, Text } from "@mantine/core";
import { useMutation, useQueryClient } from "@tanstack/react-query";
import { useNavigate } from "@tanstack/react-router";

import { deleteModel, type ModelDetails } from "@/store/models";
import { countOf } from "@/ui/words";

/** Asks before a model goes, and says what goes with it. */
export const DeleteDialog = ({
  projectId,
  model,
  onClose,
}: {
  projectId: number;
  model: ModelDetails;
  onClose: () => void;
}) => {
  const queries = useQueryClient();
  const navigate = useNavigate({ from: "/projects/$projectId/models" });
  const remove = useMutation({
    mutationFn: () => deleteModel(projectId, model.id),
    onSuccess: async () => {
      await navigate({ search: {} });
      await queries.invalidateQueries({ queryKey: ["project", projectId] });
    },
  });
  const { proposed_images: proposed } = model;
  return (
    <Modal opened onClose={onClose} title={`Delete ${model.name}?`}>
      <Stack gap="md">
        <Text>
          {proposed > 0 && `Its proposals for ${countOf(proposed, "image")} go with it. `}
          Labels that were accepted from it stay. The model cannot be brought back.
        </Text>
        {remove.error !== null && <Text role="alert">{remove.error.message}</Text>}
        <Group justify="flex-end" gap="sm">
          <Button variant="default" onClick={onClose}>
            Cancel
          </Button>
          <Button color="red" loading={remove.isPending} onClick={() => remove.mutate()}>
            Delete model
          </Button>
        </Group>
      </Stack>
    </Modal>
  );
};

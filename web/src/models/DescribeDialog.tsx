import { Button, Group, Modal, Stack, Textarea, TextInput } from "@mantine/core";
import { useMutation, useQueryClient } from "@tanstack/react-query";
import { useState } from "react";

import { describeModel, type ModelDetails } from "@/store/models";

/** A model's name and description. */
export const DescribeDialog = ({
  projectId,
  model,
  onClose,
}: {
  projectId: number;
  model: ModelDetails;
  onClose: () => void;
}) => {
  const queries = useQueryClient();
  const [name, setName] = useState(model.name);
  const [description, setDescription] = useState(model.description);
  const save = useMutation({
    mutationFn: () => describeModel(projectId, model.id, { name, description }),
    onSuccess: async () => {
      await queries.invalidateQueries({ queryKey: ["project", projectId] });
      onClose();
    },
  });
  return (
    <Modal opened onClose={onClose} title="Rename, describe">
      <form
        onSubmit={(event) => {
          event.preventDefault();
          save.mutate();
        }}
      >
        <Stack gap="md">
          <TextInput
            label="Name"
            value={name}
            error={save.error?.message}
            data-autofocus
            onChange={(event) => setName(event.currentTarget.value)}
          />
          <Textarea
            label="Description"
            autosize
            minRows={3}
            value={description}
            onChange={(event) => setDescription(event.currentTarget.value)}
          />
          <Group justify="flex-end">
            <Button variant="default" onClick={onClose}>
              Cancel
            </Button>
            <Button type="submit" loading={save.isPending} disabled={name.trim() === ""}>
              Save
            </Button>
          </Group>
        </Stack>
      </form>
    </Modal>
  );
};

import { ActionIcon, Button, Group, Menu, Modal, Stack, Text, TextInput } from "@mantine/core";
import { useMutation, useQueryClient } from "@tanstack/react-query";
import { Ellipsis, Pencil, Trash2 } from "lucide-react";
import { useState, type SubmitEvent } from "react";

import { deleteProject, renameProject, type Project } from "@/store/projects";
import { countOf } from "@/ui/words";
import { say } from "@/ui/toasts";

import classes from "./projects.module.css";

const Rename = ({ project, onClose }: { project: Project; onClose: () => void }) => {
  const queries = useQueryClient();
  const [name, setName] = useState(project.name);
  const rename = useMutation({
    mutationFn: () => renameProject(project.id, name.trim()),
    onSuccess: async () => {
      await queries.invalidateQueries({ queryKey: ["projects"] });
      onClose();
    },
  });
  const submit = (event: SubmitEvent) => {
    event.preventDefault();
    rename.mutate();
  };
  return (
    <Modal opened onClose={onClose} title={`Rename ${project.name}`}>
      <form onSubmit={submit}>
        <Stack gap="md">
          <TextInput
            label="Name"
            value={name}
            onChange={(event) => setName(event.currentTarget.value)}
            error={rename.error?.message}
            data-autofocus
          />
          <Group justify="flex-end" gap="sm">
            <Button variant="default" onClick={onClose}>
              Cancel
            </Button>
            <Button type="submit" disabled={name.trim() === ""} loading={rename.isPending}>
              Rename
            </Button>
          </Group>
        </Stack>
      </form>
    </Modal>
  );
};

const Delete = ({ project, onClose }: { project: Project; onClose: () => void }) => {
  const queries = useQueryClient();
  const [typed, setTyped] = useState("");
  const remove = useMutation({
    mutationFn: () => deleteProject(project.id),
    onSuccess: async () => {
      say(`${project.name} is deleted`);
      await queries.invalidateQueries({ queryKey: ["projects"] });
      onClose();
    },
  });
  return (
    <Modal opened onClose={onClose} title={`Delete ${project.name}?`}>
      <Stack gap="md">
        <Text>
          {countOf(project.counts.labelled, "label")}, {countOf(project.models, "model")} and the history of
          this project go, and cannot be brought back. Your image files stay where they are.
        </Text>
        <TextInput
          label={`Type ${project.name} to go on`}
          value={typed}
          onChange={(event) => setTyped(event.currentTarget.value)}
          error={remove.error?.message}
          data-autofocus
        />
        <Group justify="flex-end" gap="sm">
          <Button variant="default" onClick={onClose}>
            Cancel
          </Button>
          <Button
            color="red"
            disabled={typed !== project.name}
            loading={remove.isPending}
            onClick={() => remove.mutate()}
          >
            Delete project
          </Button>
        </Group>
      </Stack>
    </Modal>
  );
};

/** Rename and delete. */
export const CardMenu = ({ project }: { project: Project }) => {
  const [asked, setAsked] = useState<"rename" | "delete" | null>(null);
  const close = () => setAsked(null);
  return (
    <>
      <Menu position="bottom-end">
        <Menu.Target>
          <ActionIcon
            className={classes.menu}
            variant="default"
            size={24}
            aria-label={`More about ${project.name}`}
          >
            <Ellipsis size={16} />
          </ActionIcon>
        </Menu.Target>
        <Menu.Dropdown>
          <Menu.Item leftSection={<Pencil size={16} />} onClick={() => setAsked("rename")}>
            Rename
          </Menu.Item>
          <Menu.Item leftSection={<Trash2 size={16} />} color="red" onClick={() => setAsked("delete")}>
            Delete
          </Menu.Item>
        </Menu.Dropdown>
      </Menu>
      {asked === "rename" && <Rename project={project} onClose={close} />}
      {asked === "delete" && <Delete project={project} onClose={close} />}
    </>
  );
};

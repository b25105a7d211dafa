import { Button, Group, Modal, SegmentedControl, Stack, TagsInput, Text, TextInput } from "@mantine/core";
import { useMutation, useQueryClient } from "@tanstack/react-query";
import { useNavigate } from "@tanstack/react-router";
import { useState, type SubmitEvent } from "react";

import { ImagesField } from "@/intake/ImagesField";
import { sayRefused } from "@/intake/sayRefused";
import { bringImages, type ImageSource } from "@/store/imports";
import { newProject, type Task } from "@/store/projects";
import { sayProblem } from "@/ui/toasts";

import { BackboneField } from "./BackboneField";
import { PointFields } from "./PointFields";
import classes from "./projects.module.css";
import { skeletonsOf } from "./skeletons";
import { TaskField } from "./TaskField";

interface Wanted {
  name: string;
  task: Task;
  multiLabel: boolean;
  classes: string[];
  /** Names of the keypoints by class. */
  points: Readonly<Record<string, readonly string[]>>;
  source: ImageSource | null;
  backbone: string | null;
}

const EMPTY: Wanted = {
  name: "",
  task: "classification",
  multiLabel: false,
  classes: [],
  points: {},
  source: null,
  backbone: null,
};

const create = ({ name, task, multiLabel, classes, points, backbone }: Wanted) =>
  newProject({
    name: name.trim(),
    task,
    multi_label: task === "classification" && multiLabel,
    classes,
    skeletons: task === "keypoints" ? skeletonsOf(classes, points) : {},
    ...(backbone === null ? {} : { backbone }),
  });

/** Makes a project, sends its images on their way, and shows the gallery filling. */
const useCreate = (onClose: () => void) => {
  const queries = useQueryClient();
  const navigate = useNavigate();
  return useMutation({
    mutationFn: create,
    onSuccess: async (project, { source }) => {
      if (source !== null) bringImages(project.id, source).then(sayRefused, sayProblem);
      await queries.invalidateQueries({ queryKey: ["projects"] });
      onClose();
      await navigate({ to: "/projects/$projectId/gallery", params: { projectId: project.id } });
    },
  });
};

/** A new project in one dialog: name, images, classes, backbone. Only the name is needed to begin. */
const NewProject = ({ onClose }: { onClose: () => void }) => {
  const [wanted, setWanted] = useState(EMPTY);
  const [named, setNamed] = useState(false);
  const creating = useCreate(onClose);
  const change = (part: Partial<Wanted>) => setWanted((now) => ({ ...now, ...part }));
  const chooseImages = (source: ImageSource | null, folder: string | null) =>
    change({ source, ...(named || folder === null ? {} : { name: folder }) });
  const submit = (event: SubmitEvent) => {
    event.preventDefault();
    creating.mutate(wanted);
  };
  const labelled = wanted.source?.labels === true;
  return (
    <Modal opened onClose={onClose} title="New project" size={880} closeOnClickOutside={false}>
      <form onSubmit={submit}>
        <div className={classes.columns}>
          <Stack gap="md">
            <TextInput
              label="Name"
              placeholder="For example: Cats and dogs"
              value={wanted.name}
              maxLength={200}
              onChange={(event) => {
                setNamed(true);
                change({ name: event.currentTarget.value });
              }}
              error={creating.error?.message}
              data-autofocus
            />
            <ImagesField source={wanted.source} onChange={chooseImages} canWait />
          </Stack>
          <Stack gap="md">
            <TaskField value={wanted.task} onChange={(task) => change({ task })} />
            <TagsInput
              label="Classes"
              description={
                labelled
                  ? "Those of the data set are added by themselves."
                  : "Enter or a comma ends a name. Or later, once you have seen the images."
              }
              placeholder={wanted.classes.length === 0 ? "cat, dog" : ""}
              value={wanted.classes}
              onChange={(chosen) => change({ classes: chosen })}
              splitChars={[",", ";", "\n"]}
              clearable
            />
            {wanted.task === "keypoints" && (
              <PointFields
                classes={wanted.classes}
                points={wanted.points}
                onPoints={(points) => change({ points })}
              />
            )}
            {wanted.task === "classification" && (
              <div>
                <Text fw={500} mb={4} id="how-many-classes">
                  Classes per image
                </Text>
                <SegmentedControl
                  aria-labelledby="how-many-classes"
                  value={wanted.multiLabel ? "several" : "one"}
                  onChange={(value) => change({ multiLabel: value === "several" })}
                  data={[
                    { value: "one", label: "Exactly one" },
                    { value: "several", label: "Several" },
                  ]}
                />
              </div>
            )}
            <BackboneField value={wanted.backbone} onChange={(backbone) => change({ backbone })} />
          </Stack>
        </div>
        <Group justify="flex-end" gap="sm" pt="lg">
          <Button variant="default" onClick={onClose}>
            Cancel
          </Button>
          <Button type="submit" disabled={wanted.name.trim() === ""} loading={creating.isPending}>
            Create project
          </Button>
        </Group>
      </form>
    </Modal>
  );
};

export default NewProject;

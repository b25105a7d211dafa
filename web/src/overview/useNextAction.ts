/** What the one button of the overview does. */
import { useMutation } from "@tanstack/react-query";
import { useNavigate } from "@tanstack/react-router";

import { useProject } from "@/store/hooks";
import { STATE } from "@/store/imageStates";
import { startRound } from "@/store/mapRounds";
import { startPredict } from "@/store/models";
import type { OpenProject } from "@/store/openProject";
import type { NextAction } from "@/store/overview";
import { fetchProject } from "@/store/projects";
import { countWords } from "@/store/selector";
import { startRun } from "@/store/training";
import { say, sayProblem } from "@/ui/toasts";

/** The images whose proposal is at least so sure, as this browser knows them. */
export const sureImages = (
  { imageIds, states, confidences }: OpenProject["images"]["columns"],
  threshold: number,
): Uint32Array =>
  imageIds.filter((_, row) => states[row] === STATE.proposed && (confidences[row] ?? 0) >= threshold);

const acceptSure = (project: OpenProject, threshold: number) => {
  const sure = sureImages(project.images.columns, threshold);
  return project.perform(
    { kind: "accept", threshold, selector: { filter: { state: "proposed", min_confidence: threshold } } },
    sure,
    `${countWords(sure.length)} accepted from ${threshold * 100} % on`,
  );
};

const propose = async (project: OpenProject) => {
  const { active_model_id } = await fetchProject(project.id);
  if (active_model_id === null)
    throw new Error("No model is in use yet. Train one, or choose one under Models.");
  await startPredict(project.id, active_model_id, null);
};

const useTo = () => {
  const navigate = useNavigate();
  const { id: projectId } = useProject();
  const params = { projectId };
  return {
    annotate: () => navigate({ to: "/projects/$projectId/annotate", params }),
    review: () =>
      navigate({ to: "/projects/$projectId/annotate", params, search: { review: true, order: "hard" } }),
    classes: () => navigate({ to: "/projects/$projectId/classes", params }),
    map: () => navigate({ to: "/projects/$projectId/map", params }),
    run: (run: number) => navigate({ to: "/projects/$projectId/models", params, search: { run } }),
    export: () => navigate({ to: "/projects/$projectId/export", params }),
  };
};

export const useNextAction = ({ kind, params }: NextAction, onAddImages: () => void) => {
  const project = useProject();
  const to = useTo();
  const act = async (): Promise<void> => {
    switch (kind) {
      case "add-images":
        onAddImages();
        return;
      case "set-classes":
        return to.classes();
      case "lay-out":
        await startRound(project.id, { rearrange: false, backbone: null });
        return to.map();
      case "label":
        return to.annotate();
      case "train": {
        const { run } = await startRun(project.id, { head: "linear" });
        return to.run(run.id);
      }
      case "predict":
        await propose(project);
        say("The model looks at the images; proposals come as it goes.");
        return;
      case "accept":
        await acceptSure(project, Number(params.threshold));
        return;
      case "review":
        return to.review();
      case "export":
        return to.export();
    }
  };
  const { mutate, isPending } = useMutation({ mutationFn: act, onError: sayProblem });
  return { go: () => mutate(), working: isPending };
};

import { Button, Skeleton } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import { useNavigate, useParams, useSearch } from "@tanstack/react-router";
import { FileUp, Plus } from "lucide-react";

import { isOver, modelsQuery, runsQuery, type Model, type Run } from "@/store/models";
import { projectQuery, type Task } from "@/store/projects";
import { Empty } from "@/ui/Empty";

import { AddDetectorDialog } from "./AddDetectorDialog";
import { ComparePane } from "./ComparePane";
import { ModelList } from "./ModelList";
import { ModelPane } from "./ModelPane";
import classes from "./models.module.css";
import { NewModelDialog } from "./NewModelDialog";
import { RunPane } from "./RunPane";
import type { Search } from "./search";

const FROM = "/projects/$projectId/models";

/** Tasks that models trained here learn. */
const LEARNT: readonly Task[] = ["classification", "detection"];

const DRAWING_WORDS = {
  learnt:
    "A model learns from some twenty finished images and proposes boxes in all others. Until then a detector that was trained elsewhere can propose: an ONNX file, whose classes you map to those of the project.",
  foreign:
    "A detector that was trained elsewhere proposes shapes from the first minute: an ONNX file of yours, whose classes you map to those of the project.",
};

/** What is shown where the address says nothing: a run that goes on, else the active model, else the newest. */
const shownOf = (search: Search, models: readonly Model[], runs: readonly Run[]): Search => {
  if (search.model !== undefined || search.run !== undefined) return search;
  const running = runs.find((run) => !isOver(run));
  if (running !== undefined) return { ...search, run: running.id };
  const model = models.find((each) => each.active) ?? models[0];
  return model === undefined ? search : { ...search, model: model.id };
};

const Shown = ({ projectId, shown }: { projectId: number; shown: Search }) => {
  if (shown.run !== undefined) return <RunPane key={shown.run} projectId={projectId} runId={shown.run} />;
  if (shown.model === undefined) return null;
  if (shown.with !== undefined) {
    return <ComparePane projectId={projectId} first={shown.model} second={shown.with} />;
  }
  return <ModelPane key={shown.model} projectId={projectId} modelId={shown.model} />;
};

/** Models with their quality, trainings while they go on, and how to make a new one. */
const Screen = () => {
  const { projectId } = useParams({ from: FROM });
  const search = useSearch({ from: FROM });
  const navigate = useNavigate({ from: FROM });
  const models = useQuery(modelsQuery(projectId));
  const runs = useQuery(runsQuery(projectId));
  const project = useQuery(projectQuery(projectId));
  const error = models.error ?? runs.error ?? project.error;
  const open = () => void navigate({ search: { ...search, new: true } });
  const openAdding = () => void navigate({ search: { ...search, add: true } });
  const close = () => void navigate({ search: ({ new: _new, add: _add, ...rest }: Search) => rest });
  if (error !== null) return <Empty title="The models cannot be read">{error.message}</Empty>;
  if (models.data === undefined || runs.data === undefined || project.data === undefined) {
    return <Skeleton h="100%" radius={0} role="status" aria-label="Reading the models" />;
  }
  const shown = shownOf(search, models.data, runs.data);
  const draws = project.data.task !== "classification";
  const learns = LEARNT.includes(project.data.task);
  const newModel = (
    <div className={classes.ways}>
      {draws && (
        <Button
          variant={learns ? "default" : "filled"}
          leftSection={<FileUp size={16} />}
          onClick={openAdding}
        >
          Add from a file
        </Button>
      )}
      {learns && (
        <Button leftSection={<Plus size={16} />} onClick={open}>
          New model
        </Button>
      )}
    </div>
  );
  return (
    <div className={classes.screen}>
      {models.data.length === 0 && runs.data.length === 0 ? (
        <Empty title="No model yet" action={newModel}>
          {draws
            ? DRAWING_WORDS[learns ? "learnt" : "foreign"]
            : "A model learns from your labels and proposes classes for all other images. Some twenty labels of each class are a good start."}
        </Empty>
      ) : (
        <>
          <ModelList models={models.data} runs={runs.data} shown={shown} newModel={newModel} />
          <div className={classes.pane}>
            <Shown projectId={projectId} shown={shown} />
          </div>
        </>
      )}
      {search.new === true && <NewModelDialog projectId={projectId} onClose={close} />}
      {search.add === true && <AddDetectorDialog projectId={projectId} onClose={close} />}
    </div>
  );
};

export default Screen;

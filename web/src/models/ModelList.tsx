import { Badge, Title } from "@mantine/core";
import { Link, useParams } from "@tanstack/react-router";
import type { ReactNode } from "react";

import { useDrawsShapes } from "@/store/hooks";
import { isOver, type Model, type Run } from "@/store/models";
import { IntervalBar, scaleStart, type Measured } from "@/ui/IntervalBar";
import { ago, countOf, percent } from "@/ui/words";

import { headName, runState } from "./headWords";
import classes from "./models.module.css";
import type { Search } from "./search";

const FROM = "/projects/$projectId/models";

const Row = ({ search, current, children }: { search: Search; current: boolean; children: ReactNode }) => {
  const { projectId } = useParams({ from: FROM });
  return (
    <li>
      <Link
        to={FROM}
        params={{ projectId }}
        search={search}
        className={classes.row}
        aria-current={current ? "true" : undefined}
      >
        {children}
      </Link>
    </li>
  );
};

const ModelRow = ({ model, from, current }: { model: Model; from: number; current: boolean }) => {
  const drawing = useDrawsShapes();
  const learnt = countOf(model.labels_used, drawing ? "image" : "label");
  return (
    <Row search={{ model: model.id }} current={current}>
      <span className={classes.top}>
        <span>{model.name}</span>
        {model.active && (
          <Badge size="sm" color="graft">
            In use
          </Badge>
        )}
        {model.quality != null && <span className="tabular">{percent(model.quality.accuracy.value, 1)}</span>}
      </span>
      {model.quality != null && (
        <IntervalBar measured={model.quality.accuracy} from={from} name={`Accuracy of ${model.name}`} />
      )}
      <span className={classes.note}>
        {model.head === "detector"
          ? `${headName(model.head)}, ${model.class_names.join(", ")}`
          : `${headName(model.head, drawing)} · ${model.backbone} · ${learnt}`}{" "}
        · {ago(model.created_at)}
      </span>
    </Row>
  );
};

const RunRow = ({ run, current }: { run: Run; current: boolean }) => (
  <Row search={{ run: run.id }} current={current}>
    <span className={classes.top}>
      <span>{run.name === "" ? `Training ${run.id}` : run.name}</span>
    </span>
    <span className={classes.note}>
      {runState(run)} · {ago(run.finished_at ?? run.started_at)}
    </span>
  </Row>
);

/** Trainings that go on or gave nothing, and every model. */
export const ModelList = ({
  models,
  runs,
  shown,
  newModel,
}: {
  models: readonly Model[];
  runs: readonly Run[];
  shown: Search;
  newModel: ReactNode;
}) => {
  const made = new Set(models.map((model) => model.run_id));
  const others = runs.filter((run) => !made.has(run.id));
  const going = others.filter((run) => !isOver(run));
  const without = others.filter(isOver);
  const measured = models
    .map((model) => model.quality?.accuracy)
    .filter((each): each is Measured => each != null);
  const from = scaleStart(measured);
  const rows = (some: readonly Run[]) =>
    some.map((run) => <RunRow key={run.id} run={run} current={shown.run === run.id} />);
  return (
    <aside className={classes.list} aria-label="Models">
      <div className={classes.head}>
        <Title order={1}>Models</Title>
        {newModel}
      </div>
      {going.length > 0 && <ul className={classes.rows}>{rows(going)}</ul>}
      <ul className={classes.rows}>
        {models.map((model) => (
          <ModelRow
            key={model.id}
            model={model}
            from={from}
            current={shown.run === undefined && (shown.model === model.id || shown.with === model.id)}
          />
        ))}
      </ul>
      {without.length > 0 && (
        <section aria-label="Trainings without a model">
          <Title order={3} mb="xs">
            Without a model
          </Title>
          <ul className={classes.rows}>{rows(without)}</ul>
        </section>
      )}
    </aside>
  );
};

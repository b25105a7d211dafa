"""Training, prediction and maps as jobs."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import asdict
from typing import Any

import numpy as np

from labelgraft.domain.annotation import Author
from labelgraft.domain.arrays import Ints
from labelgraft.domain.ids import ModelId, ProjectId
from labelgraft.domain.training import HeadKind, TrainingProgress, TrainingSettings
from labelgraft.jobs.controls import current_step
from labelgraft.jobs.kinds import JobKind
from labelgraft.learning.resident import Resident
from labelgraft.services import finetune_model, train_model
from labelgraft.services.lay_out_map import MapRequest, lay_out_map
from labelgraft.services.score_images import keep_within, predict
from labelgraft.services.train_shapes import train_shapes
from labelgraft.storage import models, projects
from labelgraft.storage.workspace import Workspace
from labelgraft.workbench.ingest_jobs import IngestJobs, network_choice

Json = dict[str, Any]


class LearningJobs:
    """The job kinds that learn."""

    def __init__(
        self, workspace: Workspace, ingest: IngestJobs, resident: Callable[[], Resident], person: Author,
        cache_bytes: int,
    ) -> None:  # fmt: skip
        self.workspace = workspace
        self.ingest = ingest
        self.resident = resident
        self.person = person
        self.cache_bytes = cache_bytes

    def kinds(self) -> tuple[JobKind, ...]:
        """Train, predict, map; each is one step. What a training finished is kept in its run's folder."""
        return (
            JobKind("map", lambda arguments: [arguments], self._map, one_result),
            JobKind("train", lambda arguments: [arguments], self._train, one_result),
            JobKind("predict", lambda arguments: [arguments], self._predict, one_result),
        )

    def _train(self, payload: Json) -> Json:
        settings = TrainingSettings.from_mapping(payload["settings"])
        project_id = ProjectId(payload["project_id"])
        with self.workspace.database.reading() as connection:
            draws_shapes = projects.get(connection, project_id).task.draws_shapes
        if draws_shapes:
            step = current_step()
            model = train_shapes(
                self.workspace, project_id, settings, limits=self.ingest.limits, key=payload["key"],
                run_id=payload.get("run_id"), stop_requested=step.stop_requested,
                tell=lambda told: step.report(told.step, message_of(told), told.steps),
            )  # fmt: skip
        elif settings.head in (HeadKind.LINEAR, HeadKind.MLP):
            model = train_model.train_head(
                self.workspace, project_id, settings, self.resident(), self.person, payload.get("run_id")
            )
        else:
            step = current_step()
            model = finetune_model.finetune(
                self.workspace, project_id, settings, self.resident(), self.person, limits=self.ingest.limits,
                key=payload["key"], run_id=payload.get("run_id"), stop_requested=step.stop_requested,
                tell=lambda told: step.report(told.step, message_of(told), told.steps), cache_bytes=self.cache_bytes,
            )  # fmt: skip
            keep_within(self.workspace, self.cache_bytes, model)
        return {"model_id": int(model.id)}

    def _map(self, payload: Json) -> Json:
        request = MapRequest(payload["backbone"], payload["rearrange"], payload["seed"])
        step = current_step()
        laid_out = lay_out_map(
            self.workspace, ProjectId(payload["project_id"]), request, self.resident(),
            lambda share, doing: step.report(round(100 * share), doing, 100),
        )  # fmt: skip
        return {"number": laid_out.number}

    def _predict(self, payload: Json) -> Json:
        project_id = ProjectId(payload["project_id"])
        with self.workspace.database.reading() as connection:
            model = models.get(connection, project_id, ModelId(payload["model_id"]))
        choice = network_choice(model.backbone, self.ingest.backend, self.ingest.device)
        report = predict(
            self.workspace,
            project_id,
            model,
            self.resident(),
            lambda: self.ingest.pool(choice),
            self.ingest.limits,
            only_images(payload),
        )
        keep_within(self.workspace, self.cache_bytes, model)
        return asdict(report)


def only_images(payload: Json) -> Ints | None:
    """The images that a prediction is for; None for all."""
    listed = payload.get("image_ids")
    return None if listed is None else np.array(listed, np.int64)


def message_of(told: TrainingProgress) -> str:
    """Where a training is, for the progress bar."""
    return f"{told.phase}, epoch {told.epoch} of {told.epochs}"


def one_result(_arguments: Json, results: list[Json]) -> Json:
    """The result of a job of one step."""
    return results[0]

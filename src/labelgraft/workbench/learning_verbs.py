"""The verbs of models: compare, advise, list, use, predict, and what to look at next."""

from __future__ import annotations

from collections.abc import Sequence

from labelgraft.domain.comparison import Comparison
from labelgraft.domain.model import Model
from labelgraft.domain.queue import QueueOrder
from labelgraft.domain.reports import NextImage, PredictReport
from labelgraft.domain.training import TrainingAdvice
from labelgraft.errors import BadInput, BadSetting
from labelgraft.jobs.records import JobStatus
from labelgraft.services.advise_training import advise_training
from labelgraft.services.compare_backbones import compare_backbones
from labelgraft.services.next_images import next_images
from labelgraft.storage import models, projects
from labelgraft.workbench.ingest_jobs import network_choice
from labelgraft.workbench.project_base import OnProgress, ProjectBase


class LearningVerbs(ProjectBase):
    """Compare, advise, list, use, predict, next."""

    def compare_backbones(self) -> Comparison:
        """Score every embedded backbone on the labels so far, with intervals. Raises NothingLabelled."""
        return compare_backbones(self._workspace, self.id, self._engine.for_long_answers)

    def start_embed(self, backbone: str | None = None, *, use: bool = False) -> JobStatus:
        """Begin to embed every image with a backbone, by default the project's, and come back at once.

        use: make it the project's backbone when it is done. Raises UnknownName, BadSetting.
        """
        name = backbone or self.info.backbone
        network_choice(name)
        return self._start("embed", f"Embedding {self.name} with {name}", {"backbone": name, "use": use})

    def advise(self) -> TrainingAdvice:
        """Which way of training fits these data, measured, with the reason in words. Raises NothingLabelled."""
        ingest = self._engine.ingest
        return advise_training(
            self._workspace, self.id, self._engine.for_long_answers, ingest.pool, ingest.limits
        )

    def models(self) -> tuple[Model, ...]:
        """Every model, oldest first."""
        with self._workspace.database.reading() as connection:
            return models.list_all(connection, self.id)

    def model(self, name: str | None = None) -> Model:
        """The model of that name; None: the active one. Raises UnknownName, BadInput."""
        with self._workspace.database.reading() as connection:
            if name is not None:
                return models.by_name(connection, self.id, name)
            active = projects.get(connection, self.id).active_model_id
            if active is None:
                raise BadInput("There is no model yet. Train one: labelgraft train PROJECT")
            return models.get(connection, self.id, active)

    def use_model(self, name: str) -> Model:
        """Make a model the active one. Raises UnknownName."""
        model = self.model(name)
        with self._workspace.database.writing() as connection:
            projects.set_active_model(connection, self.id, model.id)
        return model

    def predict(
        self,
        model: str | None = None,
        *,
        images: Sequence[int] | None = None,
        on_progress: OnProgress | None = None,
    ) -> PredictReport:
        """Propose classes for every image with calibrated confidence.

        images: for these alone; others keep their proposals, and the active model stays. Replaces earlier proposals of its
        images and never touches labels. Raises UnknownName, BadInput, JobCancelled, JobFailed.
        """
        if self.info.task.draws_shapes:
            raise BadInput(f"{self.name!r} draws shapes. Nothing was proposed. Call find_shapes instead.")
        chosen = self.model(model)
        ids = None if images is None else [int(each) for each in images]
        arguments = {"model_id": int(chosen.id), "image_ids": ids}
        values = self._job("predict", f"Predicting {self.name} with {chosen.name}", arguments, on_progress)
        return PredictReport.from_json(values)

    def next(
        self, count: int = 20, *, order: QueueOrder | str = QueueOrder.BOTH, seed: int = 0
    ) -> list[NextImage]:
        """The images worth looking at next, each with its reason; the same seed and labels give the same queue."""
        if count < 1:
            raise BadSetting(f"count: found {count}, expected 1 or more.")
        return next_images(
            self._workspace,
            self.id,
            self._engine.for_answers,
            self._engine.compact,
            count=count,
            order=QueueOrder(order),
            seed=seed,
        )

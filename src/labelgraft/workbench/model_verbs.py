"""The verbs of one model: tell, describe, delete, try, propose, score, compare."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from labelgraft.domain.arrays import Ints
from labelgraft.domain.ids import ModelId
from labelgraft.domain.model import Model
from labelgraft.domain.scorecard import LiveScore, ModelDetails, ModelDuel
from labelgraft.domain.selector import Selector
from labelgraft.domain.trial import TrialAnswer
from labelgraft.errors import BadInput
from labelgraft.jobs.records import JobStatus
from labelgraft.services.compare_models import compare_models
from labelgraft.services.manage_models import delete_model, describe_model, tell_model
from labelgraft.services.score_live import score_live
from labelgraft.services.score_live_shapes import score_live_shapes
from labelgraft.services.try_model import TRIED, try_model
from labelgraft.storage import gestures, models, projects
from labelgraft.workbench.ingest_jobs import network_choice
from labelgraft.workbench.project_base import ProjectBase


class ModelVerbs(ProjectBase):
    """Models by their numbers."""

    def model_by_id(self, number: int | None = None) -> Model:
        """The model of that number; None: the active one. Raises UnknownName, BadInput without any."""
        with self._workspace.database.reading() as connection:
            chosen = projects.get(connection, self.id).active_model_id if number is None else ModelId(number)
            if chosen is None:
                raise BadInput("There is no model yet. Train one first.")
            return models.get(connection, self.id, chosen)

    def model_details(self, number: int) -> ModelDetails:
        """A model with its provenance: run, settings, seed, versions, labels, digest. Raises UnknownName."""
        return tell_model(self._workspace, self.id, ModelId(number))

    def describe_model(
        self, number: int, *, name: str | None = None, description: str | None = None
    ) -> Model:
        """Rename or describe a model. Raises UnknownName, AlreadyExists, BadInput."""
        return describe_model(self._workspace, self.id, ModelId(number), name, description)

    def delete_model(self, number: int) -> None:
        """Delete a model that is not the active one, with its proposals; labels accepted from it stay.

        Raises UnknownName, Conflict.
        """
        delete_model(self._workspace, self.id, ModelId(number), author=self._engine.person)

    def use_model_by_id(self, number: int) -> Model:
        """Make a model the active one. Raises UnknownName."""
        model = self.model_by_id(number)
        with self._workspace.database.writing() as connection:
            projects.set_active_model(connection, self.id, model.id)
        return model

    def try_model(
        self,
        number: int | None = None,
        *,
        images: Selector | Sequence[int] | None = None,
        count: int = TRIED,
        seed: int = 0,
    ) -> tuple[TrialAnswer, ...]:
        """What a model would say of a few images, spread from sure to unsure; nothing is written.

        images: choose among these, by number or by a selector. Raises UnknownName, BadInput, BadSetting.
        """
        self._demand_whole_images()
        model, engine = self.model_by_id(number), self._engine
        choice = network_choice(model.backbone, engine.ingest.backend, engine.ingest.device)
        ids = None if images is None else self._ids(images)
        return try_model(
            self._workspace, self.id, model, engine.for_answers, lambda: engine.ingest.pool(choice), engine.ingest.limits,
            image_ids=ids, count=count, seed=seed,
        )  # fmt: skip

    def start_predict(
        self, number: int | None = None, *, images: Selector | Sequence[int] | None = None
    ) -> JobStatus:
        """Begin proposals of classes for every image, or for some, and come back at once. Raises UnknownName, BadInput."""
        self._demand_whole_images()
        model = self.model_by_id(number)
        ids = None if images is None else self._ids(images).tolist()
        arguments = {"model_id": int(model.id), "image_ids": ids}
        return self._start("predict", f"Predicting {self.name} with {model.name}", arguments)

    def live_score(self, number: int | None = None) -> LiveScore:
        """How often a person's answer was the model's proposal; of shapes, how many stand as they were proposed.

        Raises UnknownName, BadInput.
        """
        model = self.model_by_id(number)
        score = score_live_shapes if self.info.task.draws_shapes else score_live
        return self._engine.kept.get(
            ("live score", model.id, self._last_operation()), lambda: score(self._workspace, self.id, model)
        )

    def compare_models(self, first: int, second: int) -> ModelDuel:
        """Two models on labelled images that neither was taught while it answered. Raises UnknownName, NothingLabelled."""
        one, other, resident = (
            self.model_by_id(first),
            self.model_by_id(second),
            self._engine.for_long_answers,
        )
        return self._engine.kept.get(
            ("duel", one.id, other.id, self._last_operation()),
            lambda: compare_models(self._workspace, self.id, one, other, resident),
        )

    def _demand_whole_images(self) -> None:
        if self.info.task.draws_shapes:
            raise BadInput(
                f"{self.name!r} draws shapes, and this proposes classes for whole images. Nothing was proposed. Find shapes "
                "instead: labelgraft predict PROJECT, or find_shapes in Python."
            )

    def _ids(self, images: Selector | Sequence[int]) -> Ints:
        """Images of this project. Raises BadInput for others, and where none is meant."""
        chosen = self.choose(images if isinstance(images, Selector) else Selector(images=images))
        if not chosen.image_ids:
            raise BadInput("The selection holds no image. Nothing was proposed.")
        return np.asarray(chosen.image_ids, np.int64)

    def _last_operation(self) -> int:
        """What was computed at this operation is still true; a new one makes it old."""
        with self._workspace.database.reading() as connection:
            return gestures.last(connection, self.id)

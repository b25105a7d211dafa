"""The verbs of models that find shapes: recognise a file, add it, try it, have it propose."""

from __future__ import annotations

import uuid
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from labelgraft.domain.details import ImageInstances
from labelgraft.domain.finding import (
    THRESHOLD,
    TRIED,
    DetectorFile,
    DetectorOffer,
    FindReport,
    FoundInImage,
    WantedClass,
    check_thresholds,
)
from labelgraft.domain.model import Model
from labelgraft.domain.selector import Selector
from labelgraft.errors import BadInput, BadSetting
from labelgraft.jobs.records import JobStatus
from labelgraft.services.add_detector import add_detector, look_at_detector
from labelgraft.services.find_shapes import find_shard, finding_model, finish, try_finding, unfinished
from labelgraft.storage import models
from labelgraft.workbench.finding_jobs import KIND
from labelgraft.workbench.instance_verbs import InstanceVerbs
from labelgraft.workbench.model_verbs import ModelVerbs
from labelgraft.workbench.project_base import OnProgress

MOST_TRIED = 200


class FindingVerbs(ModelVerbs, InstanceVerbs):
    """Detectors of the user's, and shapes that models propose."""

    def look_at_detector(self, file: DetectorFile) -> DetectorOffer:
        """What an ONNX file is, and which of its classes the project has; nothing of the project is changed.

        Raises: BadInput, BadSetting where the file or what is said of it cannot be used; MissingExtra, JobFailed.
        """
        return look_at_detector(self._workspace, self.id, file, self._engine.for_answers)

    def add_detector(
        self, path: str | Path, *, classes: Mapping[str, str] | None = None, threshold: float = THRESHOLD,
        thresholds: Mapping[str, float] | None = None, name: str | None = None, input_px: tuple[int, int] | None = None,
        class_names: Sequence[str] = (), changes: Mapping[str, Any] | None = None,
    ) -> Model:  # fmt: skip
        """Add an ONNX file as a model that proposes shapes. The file is copied; nothing in it is ever run but its network.

        classes: its class -> the project's, by name; by default those that are called alike. thresholds: least confidence
        by its class, `threshold` for the others. input_px: width and height, for files that take any size. class_names: in
        the network's order, where the file does not say them. changes: of its description, {"input": {"bgr": True}}.

        Raises: BadInput, BadSetting, UnknownName, AlreadyExists, MissingExtra, JobFailed; nothing is added then.
        """
        place = Path(path)
        file = DetectorFile(place, place.name, input_px, tuple(class_names), dict(changes or {}))
        own = dict(thresholds or {})
        if classes is None and own:
            offer = self.look_at_detector(file)
            classes = {use.theirs: use.ours for use in offer.uses}
        check_thresholds(own, classes)
        wanted = None
        if classes is not None:
            wanted = [WantedClass(theirs, ours, own.get(theirs)) for theirs, ours in classes.items()]
        return self.add_detector_file(file, wanted=wanted, threshold=threshold, name=name)

    def add_detector_file(
        self, file: DetectorFile, *, wanted: Sequence[WantedClass] | None = None, threshold: float = THRESHOLD,
        name: str | None = None,
    ) -> Model:  # fmt: skip
        """The same of a file that is described already. Raises as `add_detector`."""
        if not 0 <= threshold <= 1:
            raise BadSetting(f"threshold: found {threshold}, expected 0 to 1. Nothing was added.")
        return add_detector(
            self._workspace,
            self.id,
            file,
            self._engine.for_answers,
            wanted=wanted,
            threshold=threshold,
            name=name,
        )

    def find_shapes(
        self, model: str | None = None, *, images: Sequence[int] | None = None, on_progress: OnProgress | None = None
    ) -> FindReport:  # fmt: skip
        """Have a model propose shapes, in place of its own earlier ones that are open; truth is never touched.

        model: by default the active one. images: these; by default all that nobody has finished or set aside. What it finds
        where an object of its class is drawn already, or where its proposal was rejected, is left out (IoU 0.5).
        Raises: UnknownName, BadInput, JobCancelled, JobFailed.
        """
        chosen = self._named(model)
        job = self._begin(KIND, *self._wanted(chosen, images))
        return FindReport.from_json(job.wait(on_progress))

    def start_find(
        self, number: int | None = None, *, images: Selector | Sequence[int] | None = None
    ) -> JobStatus:
        """Begin the same by the model's number, and come back at once. Raises UnknownName, BadInput."""
        return self._start(KIND, *self._wanted(self.model_by_id(number), images))

    def try_finding(
        self, number: int | None = None, *, images: Sequence[int] | None = None, count: int = TRIED, seed: int = 0
    ) -> tuple[FoundInImage, ...]:  # fmt: skip
        """What a model would propose for a few of these images, drawn at random; nothing is written.

        Raises UnknownName, BadInput, BadSetting.
        """
        if not 1 <= count <= MOST_TRIED:
            raise BadSetting(f"count: found {count}, expected 1 to {MOST_TRIED}.")
        finding = finding_model(self._workspace, self.id, self.model_by_id(number).id)
        ids = unfinished(self._workspace, self.id) if images is None else self._ids(images)
        if not len(ids):
            raise BadInput("Every image is finished or set aside. Choose images to try the model on.")
        ingest = self._engine.ingest
        return try_finding(
            self._workspace, finding, ids, ingest.pool(None), ingest.limits, count=count, seed=seed
        )

    def find_in_image(self, image_id: int, number: int | None = None) -> ImageInstances:
        """Have a model propose shapes for one image now, as one operation; what is drawn and proposed there then.

        Raises UnknownName, UnknownNumber, BadInput.
        """
        before = self.instances(image_id)
        finding = finding_model(self._workspace, self.id, self.model_by_id(number).id)
        ingest, key = self._engine.ingest, f"find-{uuid.uuid4()}"
        found = find_shard(self._workspace, finding, [image_id], ingest.pool(None), ingest.limits, key)
        if found["refused"]:
            _, reason = found["refused"][0]
            raise BadInput(f"{before.image.path}: {reason}. Nothing was proposed.")
        finish(self._workspace, finding, [found], key)
        return self.instances(image_id)

    def _named(self, name: str | None) -> Model:
        if name is None:
            return self.model_by_id(None)
        with self._workspace.database.reading() as connection:
            return models.by_name(connection, self.id, name)

    def _wanted(self, model: Model, images: Selector | Sequence[int] | None) -> tuple[str, dict[str, Any]]:
        """The title and the arguments of a job. Raises BadInput."""
        finding_model(self._workspace, self.id, model.id)
        if images is None and not len(unfinished(self._workspace, self.id)):
            raise BadInput(
                "Every image is finished or set aside. Nothing was proposed. Choose images to propose for."
            )
        ids = None if images is None else self._ids(images).tolist()
        about = {"model_id": int(model.id), "image_ids": ids, "key": f"find-{uuid.uuid4()}"}
        return f"Finding shapes in {self.name} with {model.name}", about

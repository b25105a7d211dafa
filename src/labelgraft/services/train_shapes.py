"""Train a model that finds boxes on the images that somebody finished, and add it to the list."""

from __future__ import annotations

import hashlib
import importlib.metadata
import shutil
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from labelgraft.domain.annotation import Annotation
from labelgraft.domain.finding import THRESHOLD
from labelgraft.domain.ids import ClassId, ImageId, ProjectId, RunId
from labelgraft.domain.image import STATE_CODES, Image, ImageState
from labelgraft.domain.model import Model, Run, RunState
from labelgraft.domain.project import LabelClass
from labelgraft.domain.shapes.measure import bounds
from labelgraft.domain.training import TrainingSettings
from labelgraft.errors import BadSetting, JobCancelled, LabelgraftError, NothingLabelled, UnreadableImage
from labelgraft.formats.pixels import Limits, decode, read_file
from labelgraft.learning.dense import request_files
from labelgraft.learning.dense.canvas import LONG_SIDE
from labelgraft.learning.dense.request_files import RunFacts, Taught
from labelgraft.learning.dense.truth import Truth
from labelgraft.learning.dense.views import Picture
from labelgraft.learning.finetuning.parent import TrainingProcess, TrainingResult
from labelgraft.services.finetune_model import Tell, follow, take_up
from labelgraft.services.shape_split import held_out_images
from labelgraft.services.train_model import begin_run, end_run
from labelgraft.storage import annotations as truths
from labelgraft.storage import classes, images, marks, model_files, models, projects, runs
from labelgraft.storage.files import write_atomically
from labelgraft.storage.workspace import Workspace

PROCESS = "labelgraft.learning.dense.process"
NETWORK = "network.safetensors"


@dataclass(frozen=True, slots=True)
class Finished:
    """The images of a project that are known to hold just what is drawn in them."""

    images: tuple[Image, ...]
    drawn: dict[ImageId, tuple[Annotation, ...]]
    classes: tuple[LabelClass, ...]

    @property
    def version(self) -> str:
        """Names what was drawn, to tell one training's data from another's."""
        told = [
            (image.content_hash, [(one.class_id, repr(one.shape)) for one in self.drawn[image.id]])
            for image in self.images
        ]
        return hashlib.sha256(repr(told).encode()).hexdigest()


def finished_images(workspace: Workspace, project_id: ProjectId) -> Finished:
    """What a training would learn from.

    Raises NothingLabelled if no finished image has a shape; BadSetting for tasks that no head of ours learns.
    """
    with workspace.database.reading() as c:
        task = projects.get(c, project_id).task
        if not task.is_learnt:
            raise BadSetting(
                f"Models of our own learn boxes only so far, and this is a project of {task.value}. Nothing was "
                "trained. Propose shapes with a model from a file instead."
            )
        known = marks.every(c, project_id)
        done = known.image_ids[known.states == STATE_CODES.index(ImageState.LABELLED)]
        listed = images.of_ids(c, [ImageId(int(number)) for number in done])
        drawn = truths.of_images(c, [image.id for image in listed])
        named = tuple(classes.of_project(c, project_id))
    if not any(one.shape is not None for some in drawn.values() for one in some):
        raise NothingLabelled(
            f"None of the {len(listed)} finished images has a box. Nothing was trained. Draw the boxes of some images "
            "and finish them (Enter)."
        )
    return Finished(listed, drawn, named)


def train_shapes(
    workspace: Workspace, project_id: ProjectId, settings: TrainingSettings, *, limits: Limits, key: str,
    run_id: int | None = None, tell: Tell = lambda _progress: None, stop_requested: Callable[[], bool] = lambda: False,
) -> Model:  # fmt: skip
    """Train on the finished images and make the model the active one.

    key: names the job; the same key, or run_id, goes on with the run from its last checkpoint. When a stop is requested,
    what was learnt by then is the model. Raises NothingLabelled, BadSetting, TrainingDiverged, OutOfMemory, JobCancelled,
    JobFailed; the run then says why.
    """
    run, settings = _begun(workspace, project_id, settings, key, run_id)
    try:
        finished = finished_images(workspace, project_id)
        folder = Path(run.folder)
        if not (folder / request_files.REQUEST).exists():
            names = tuple(each.name for each in finished.classes)
            facts = RunFacts(
                kind="boxes", settings=settings, backbone=settings.backbone, class_names=names,
                data_version=finished.version,
            )  # fmt: skip
            held_out = held_out_images(workspace, project_id, finished.images, settings)
            request_files.write(folder, facts, _taught(finished, held_out, limits))
        result = follow(TrainingProcess(folder, PROCESS, request_files.read), tell, stop_requested)
    except LabelgraftError as error:
        state = RunState.STOPPED if isinstance(error, JobCancelled) else RunState.FAILED
        end_run(workspace, run, state, str(error))
        raise
    if result.model_file is None:
        end_run(workspace, run, RunState.STOPPED, result.reason)
        raise JobCancelled(f"{result.reason} No model was added.")
    model = _keep(workspace, project_id, run, settings, finished, result)
    request_files.delete(folder)
    return model


def _begun(
    workspace: Workspace, project_id: ProjectId, settings: TrainingSettings, key: str, run_id: int | None
) -> tuple[Run, TrainingSettings]:
    begun = workspace.runs_folder / f"{key}.run"
    if run_id is None and begun.exists():
        run_id = int(begun.read_text())
    if run_id is not None:
        run = take_up(workspace, RunId(run_id))
        return run, TrainingSettings.from_mapping(run.settings)
    run, settings = begin_run(workspace, project_id, settings)
    write_atomically(begun, lambda file: file.write(str(run.id).encode()))
    return run, settings


def _taught(finished: Finished, held_out: dict[ImageId, bool], limits: Limits) -> Iterator[Taught]:
    """Decoded images with their boxes; an image that takes no part or cannot be read any more is left out."""
    index = {each.id: at for at, each in enumerate(finished.classes)}
    for image in finished.images:
        if image.id not in held_out:
            continue
        try:
            decoded = decode(read_file(image.path, limits), limits, detail_px=2 * LONG_SIDE)
        except UnreadableImage:
            continue
        small = decoded.image.copy()
        small.thumbnail((2 * LONG_SIDE, 2 * LONG_SIDE))
        picture = Picture(
            image.content_hash, np.asarray(small, np.uint8), decoded.width_px, decoded.height_px
        )
        yield Taught(picture, _truth(finished.drawn[image.id], index), held_out[image.id])


def _truth(drawn: Sequence[Annotation], index: dict[ClassId, int]) -> Truth:
    """The boxes of an image; crowds stand for many and are not taught."""
    rows = []
    for one in drawn:
        if one.shape is not None and not one.traits.crowd:
            box = bounds(one.shape)
            rows.append((box.left, box.top, box.right, box.bottom, index[one.class_id]))
    table = np.array(rows, np.float64).reshape(-1, 5)
    return Truth(table[:, :4].copy(), table[:, 4].astype(np.int64))


def _keep(
    workspace: Workspace, project_id: ProjectId, run: Run, settings: TrainingSettings, finished: Finished,
    result: TrainingResult,
) -> Model:  # fmt: skip
    """Write the model's files, then add it to the list and make it the active one."""
    assert result.model_file is not None
    folder = workspace.models_folder / str(run.id)
    folder.mkdir(parents=True, exist_ok=True)
    shutil.copyfile(result.model_file, folder / NETWORK)
    model_files.write(folder, {}, _card(settings, finished, result))
    names = [each.name for each in finished.classes]
    with workspace.database.writing() as c:
        model = models.insert(
            c, project_id, name=settings.name, description=f"{settings.description} {described(result)}".strip(),
            head=settings.head.value, backbone=settings.backbone, class_names=names, run_id=run.id,
            labels_used=len(finished.images), folder=str(folder),
        )  # fmt: skip
        projects.set_active_model(c, project_id, model.id)
        state = RunState.STOPPED if result.stopped else RunState.FINISHED
        runs.change_state(c, run.id, state, reason=result.reason if result.stopped else "")
    return model


def described(result: TrainingResult) -> str:
    """How good the model is, in words."""
    if result.held_out is None:
        return "Not measured: too few finished images to hold some out."
    figures, count = result.held_out["figures"], result.held_out["count"]
    return f"AP50 {100 * figures['ap50']:.1f}, AP {100 * figures['ap']:.1f} on {count} held-out images."


def _card(settings: TrainingSettings, finished: Finished, result: TrainingResult) -> dict[str, Any]:
    """What is kept of the model beside its network; its classes are the project's."""
    packages = ("labelgraft", "torch", "timm", "numpy")
    return {
        "finder": {"kind": "dense", "file": NETWORK},
        "finds": [
            {"index": at, "theirs": each.name, "class_id": int(each.id), "threshold": THRESHOLD}
            for at, each in enumerate(finished.classes)
        ],
        "head": {"kind": "dense", "metadata": {}, "temperature": 1.0},
        "classes": [each.name for each in finished.classes],
        "multi_label": False, "embedding": {}, "settings": settings.as_mapping(), "quality": None,
        "labels": {"train": len(finished.images), "version": finished.version},
        "held_out": result.held_out, "rungs": list(result.rungs),
        "versions": {name: importlib.metadata.version(name) for name in packages},
    }  # fmt: skip

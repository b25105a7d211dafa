"""How long a training may take, before it starts: by earlier runs on this machine, else by a short probe."""

from __future__ import annotations

import statistics
from collections.abc import Callable
from dataclasses import dataclass

from labelgraft.domain.ids import ProjectId
from labelgraft.domain.live_run import TrainingEstimate
from labelgraft.domain.model import Model, Run, RunState
from labelgraft.domain.training import HeadKind, TrainingSettings
from labelgraft.learning.finetuning.views import views_per_image
from labelgraft.learning.heads.mlp_settings import MlpSettings
from labelgraft.learning.resident import Resident
from labelgraft.services.read_labels import need_labels, read_labels
from labelgraft.services.train_shapes import finished_images
from labelgraft.services.training_set import TEST_SPLIT_FROM
from labelgraft.storage import models, projects, runs
from labelgraft.storage.workspace import Workspace

HEADS = (HeadKind.LINEAR, HeadKind.MLP)
DECODE_SECONDS = 0.01
"""To read one view of an image from its file; a JPEG of 12 megapixels takes about 0.016."""
LAST_BLOCK_SHARE = 0.2
"""Of a backbone's work that its last block is taken to do, where all others are frozen: networks differ."""
FOLDED_BELOW = 100
"""Below so many labels a rung is judged by three more trainings on two thirds of them."""
START_SECONDS = 6.0
"""To start the process of a run, load the backbone and write the model; more on a busy machine."""
HEAD_SECONDS, PER_LINEAR_LABEL, PER_MLP_EPOCH_LABEL = 0.5, 0.002, 8e-5
"""Two cores of an AMD Zen 4: 500 labels in 0.4 s (linear), an epoch of 500 labels in 0.04 s (mlp)."""

SHAPE_STEPS, SHAPE_BATCH = 300, 8
SHAPE_PASS, SHAPE_HEAD, SHAPE_STAGE, SHAPE_FULL = 0.037, 0.024, 0.063, 0.42
"""Seconds of one core of an AMD Zen 4 per view of 512 x 384: frozen pass, step of the head, of the last stage, of all."""


@dataclass(frozen=True, slots=True)
class TrainingPace:
    """Seconds per image of a pass through the whole backbone, and of one forth and back."""

    forth: float
    both: float


Probe = Callable[[str, str], TrainingPace]


def probe_pace(resident: Resident, backbone: str, device: str) -> TrainingPace:
    """Time a few steps of a backbone. Raises UnknownName, BadInput for one that is not trained, JobFailed."""
    forth, both = resident.call("labelgraft.learning.pace.seconds_per_image", backbone, device)
    return TrainingPace(forth, both)


def estimate_training(
    workspace: Workspace, project_id: ProjectId, settings: TrainingSettings, probe: Probe | None
) -> TrainingEstimate | None:
    """How long it may take on the labels of now; None without a measurement and without a probe.

    Raises NothingLabelled, and what the probe raises.
    """
    with workspace.database.reading() as connection:
        draws_shapes = projects.get(connection, project_id).task.draws_shapes
    if draws_shapes:
        return estimate_shapes(len(finished_images(workspace, project_id).images), settings)
    labels = len(need_labels(read_labels(workspace, project_id)).image_ids)
    count = round(labels * (1 - settings.test_fraction)) if labels >= TEST_SPLIT_FROM else labels
    with workspace.database.reading() as connection:
        backbone = settings.backbone or projects.get(connection, project_id).backbone
        earlier = [
            pair for project in projects.list_all(connection) if not project.task.draws_shapes
            for pair in finished(runs.list_all(connection, project.id), models.list_all(connection, project.id))
        ]  # fmt: skip
    paces = [pace for run, model in earlier if (pace := pace_of(run, model, settings, backbone)) is not None]
    if paces:
        work = work_of(settings, count, None)
        seconds = statistics.median(paces) * work
        return spread(seconds, 1.5 if len(paces) > 1 else 2.0, count, told(len(paces), settings, backbone))
    if settings.head in HEADS:
        basis = "No such training was measured here yet: by the rate of another machine, a factor of 3 either way."
        return spread(work_of(settings, count, None), 3.0, count, basis)
    if probe is None:
        return None
    seconds = work_of(settings, count, probe(backbone, settings.device))
    basis = f"By a short probe of {backbone} on this machine, a factor of 2.5 either way; the first run makes it surer."
    return spread(seconds, 2.5, count, basis)


def estimate_shapes(images: int, settings: TrainingSettings) -> TrainingEstimate:
    """Of a training on finished images whose shapes are learnt."""
    epochs = settings.epochs or SHAPE_STEPS * SHAPE_BATCH / images
    views = views_per_image(images, settings.augmentation)
    seconds = SHAPE_PASS * views * images
    if settings.head is HeadKind.SCRATCH:
        seconds = SHAPE_FULL * epochs * images
    else:
        seconds += SHAPE_HEAD * epochs * images
    if settings.head is HeadKind.FINETUNE:
        seconds += SHAPE_STAGE * epochs * images / 2 + SHAPE_FULL * settings.full_steps * SHAPE_BATCH
    return spread(seconds, 3.0, images, "By the rate of another machine, a factor of 3 either way.")


def finished(listed: tuple[Run, ...], made: tuple[Model, ...]) -> list[tuple[Run, Model]]:
    """Runs that ended by themselves, with their models."""
    by_run = {model.run_id: model for model in made}
    return [(run, by_run[run.id]) for run in listed if run.state is RunState.FINISHED and run.id in by_run]


def pace_of(run: Run, model: Model, wanted: TrainingSettings, backbone: str) -> float | None:
    """Seconds of an earlier run per unit of its work; None for another way of training, backbone or device."""
    settings = TrainingSettings.from_mapping(run.settings)
    alike = (settings.head, settings.device) == (wanted.head, wanted.device) and run.finished_at is not None
    same_cut = settings.frozen_blocks == wanted.frozen_blocks and bool(settings.full_steps) == bool(
        wanted.full_steps
    )
    if not alike or (settings.head not in HEADS and not (same_cut and settings.backbone == backbone)):
        return None
    assert run.finished_at is not None
    return (run.finished_at - run.started_at).total_seconds() / work_of(settings, model.labels_used, None)


def work_of(settings: TrainingSettings, labels: int, pace: TrainingPace | None) -> float:
    """Seconds of a training at a pace. Without one, in units of which an earlier run tells the seconds."""
    if settings.head is HeadKind.LINEAR:
        return HEAD_SECONDS + PER_LINEAR_LABEL * labels
    if settings.head is HeadKind.MLP:
        return HEAD_SECONDS + PER_MLP_EPOCH_LABEL * labels * MlpSettings.of(settings).epochs_for(
            max(labels, 1)
        )
    pace = pace or TrainingPace(0.03, 0.09)
    views = views_per_image(labels, settings.augmentation)
    reading = views * labels * DECODE_SECONDS
    if settings.head is HeadKind.SCRATCH:
        return START_SECONDS + reading + settings.epochs_to_run * labels * pace.both
    share = {None: LAST_BLOCK_SHARE, 0: 1.0}.get(settings.frozen_blocks, 0.5)
    times = 3 if labels < FOLDED_BELOW else 1
    upper = settings.epochs_to_run * labels * share * pace.both * times
    caching = 0.0 if settings.frozen_blocks == 0 else views * labels * pace.forth
    return START_SECONDS + reading + caching + upper + settings.full_steps * settings.batch_to_run * pace.both


def spread(seconds: float, factor: float, labels: int, basis: str) -> TrainingEstimate:
    """An estimate that may be wrong by a factor."""
    return TrainingEstimate(seconds, seconds / factor, seconds * factor, labels, basis)


def told(count: int, settings: TrainingSettings, backbone: str) -> str:
    """What an estimate is based on, in words."""
    what = (
        f"{settings.head.value} training"
        if settings.head in HEADS
        else f"{settings.head.value} training of {backbone}"
    )
    if count == 1:
        return f"By one earlier {what} on this machine, a factor of 2 either way."
    return f"By {count} earlier {what}s on this machine, a factor of 1.5 either way."

"""Train a model on the labels so far and add it to the list."""

from __future__ import annotations

import importlib.metadata
from dataclasses import asdict, replace
from pathlib import Path
from typing import Any

import numpy as np

from labelgraft.domain.annotation import Author
from labelgraft.domain.ids import ProjectId, RunId
from labelgraft.domain.model import Model, Quality, Run, RunState
from labelgraft.domain.training import HeadKind, TrainingSettings, WeightsKind
from labelgraft.errors import AlreadyExists, LabelgraftError
from labelgraft.learning.calibration import probabilities
from labelgraft.learning.finetuning.names import STOP
from labelgraft.learning.heads.head import HeldOut, TrainedHead
from labelgraft.learning.resident import Resident
from labelgraft.services.embedding_spaces import Vectors, read_vectors
from labelgraft.services.read_labels import need_labels, read_labels
from labelgraft.services.training_set import TrainingSet, training_set
from labelgraft.storage import held_out, model_files, models, projects, runs
from labelgraft.storage.embeddings import EmbeddingKey
from labelgraft.storage.held_out import HeldOutAnswers
from labelgraft.storage.workspace import Workspace

BACKGROUND = 2048
"""Unlabelled images that tell a head where the project's embeddings lie."""


def begin_run(
    workspace: Workspace, project_id: ProjectId, settings: TrainingSettings
) -> tuple[Run, TrainingSettings]:
    """Add a run to the list; gives it with the settings completed by a name and a backbone. Raises AlreadyExists."""
    with workspace.database.writing() as connection:
        project = projects.get(connection, project_id)
        backbone = settings.backbone or project.backbone
        if settings.weights is WeightsKind.RANDOM and settings.head in (HeadKind.LINEAR, HeadKind.MLP):
            backbone = f"random:{backbone}"
        taken = {model.name for model in models.list_all(connection, project_id)}
        if settings.name in taken:
            raise AlreadyExists(
                f"A model is already called {settings.name!r}. Nothing was trained. Choose another name."
            )
        taken |= {run.name for run in runs.list_all(connection, project_id)}
        number = 1 + len(taken)
        while f"{settings.head.value}-{number}" in taken:
            number += 1
        settings = replace(
            settings, name=settings.name or f"{settings.head.value}-{number}", backbone=backbone
        )
        run = runs.insert(
            connection, project_id, name=settings.name, description=settings.description,
            settings=settings.as_mapping(), folder="", state=RunState.RUNNING,
        )  # fmt: skip
        folder = workspace.runs_folder / str(run.id)
        folder.mkdir(parents=True, exist_ok=True)
        runs.set_folder(connection, run.id, str(folder))
        return runs.get(connection, run.id), settings


def train_head(
    workspace: Workspace,
    project_id: ProjectId,
    settings: TrainingSettings,
    resident: Resident,
    author: Author,
    run_id: int | None = None,
) -> Model:
    """Train a linear or mlp head on kept embeddings and make it the active model.

    run_id: the run that was begun for it; None begins one. A run taken up again begins anew: a head takes seconds.
    The model is in the list only once its files are whole. Raises NothingLabelled, NotEnoughLabels, BadInput,
    UnknownName, TrainingDiverged, JobFailed; the run then says why.
    """
    if run_id is None:
        run, settings = begin_run(workspace, project_id, settings)
    else:
        run, settings = take_up(workspace, RunId(run_id))
        (Path(run.folder) / STOP).unlink(missing_ok=True)
    try:
        labels = need_labels(read_labels(workspace, project_id))
        vectors = read_vectors(workspace, project_id, settings.backbone)
        parts = training_set(workspace, project_id, labels, vectors, settings, author)
        trained = fit(resident, run, settings, parts, vectors)
    except LabelgraftError as error:
        end_run(workspace, run, RunState.FAILED, str(error))
        raise
    except KeyboardInterrupt:
        end_run(workspace, run, RunState.STOPPED, "Stopped by Ctrl+C before anything was trained.")
        raise
    return keep_head(workspace, project_id, run, settings, parts, vectors, trained)


def take_up(workspace: Workspace, run_id: RunId) -> tuple[Run, TrainingSettings]:
    """A run that was begun or interrupted, running again, with its settings."""
    with workspace.database.writing() as connection:
        run = runs.change_state(connection, run_id, RunState.RUNNING)
    return run, TrainingSettings.from_mapping(run.settings)


def fit(
    resident: Resident, run: Run, settings: TrainingSettings, parts: TrainingSet, vectors: Vectors
) -> TrainedHead:
    """The head, trained in the warm compute process; its live metrics go to the run's folder."""
    step = max(1, len(vectors.rows) // BACKGROUND)
    test = None
    if len(parts.test.image_ids):
        test = HeldOut(vectors.of(parts.test.image_ids), parts.test.targets)
    trained: TrainedHead = resident.call(
        "labelgraft.learning.heads.recorded.train_recorded", run.folder, vectors.of(parts.train.image_ids),
        parts.train.targets, parts.train.class_names, settings, multi_label=parts.train.multi_label,
        groups=parts.groups, background=vectors.rows[::step], test=test,
    )  # fmt: skip
    return trained


def keep_head(
    workspace: Workspace, project_id: ProjectId, run: Run, settings: TrainingSettings, parts: TrainingSet,
    vectors: Vectors, trained: TrainedHead,
) -> Model:  # fmt: skip
    """Write the model's files, then add it to the list and make it the active one."""
    folder = workspace.models_folder / str(run.id)
    stored = trained.stored
    head = {"kind": stored.kind, "metadata": dict(stored.metadata), "temperature": stored.temperature}
    card = card_of(settings, parts, vectors.space.key, head, trained.quality)
    held_out.write(folder, answers_of(trained, parts))
    model_files.write(folder, stored.tensors, card)
    stopped = (Path(run.folder) / STOP).exists()
    with workspace.database.writing() as connection:
        model = models.insert(
            connection, project_id, name=settings.name, description=settings.description, head=settings.head.value,
            backbone=settings.backbone, class_names=stored.class_names, run_id=run.id, quality=trained.quality,
            labels_used=trained.labels_used, folder=str(folder),
        )  # fmt: skip
        projects.set_active_model(connection, project_id, model.id)
        if stopped:
            reason = "Stopped on request; the last finished epoch is the model."
            runs.change_state(connection, run.id, RunState.STOPPED, reason=reason)
        else:
            runs.change_state(connection, run.id, RunState.FINISHED)
    return model


def answers_of(trained: TrainedHead, parts: TrainingSet) -> HeldOutAnswers:
    """What cross-validation answered on the images to train on, by heads that had not seen them."""
    logits = trained.out_of_fold_logits
    held = ~np.isnan(logits).any(axis=1)
    answered = probabilities(logits[held], trained.stored.temperature, multi_label=trained.stored.multi_label)
    return HeldOutAnswers(parts.train.image_ids, parts.train.image_ids[held], answered)


def card_of(
    settings: TrainingSettings,
    parts: TrainingSet,
    key: EmbeddingKey,
    head: dict[str, Any],
    quality: Quality | None,
) -> dict[str, Any]:
    """Everything that one must know of a model to use it or to make it again. key: of the vectors that its head reads."""
    return {
        "head": head,
        "classes": list(parts.train.class_names),
        "multi_label": parts.train.multi_label,
        "embedding": asdict(key),
        "settings": settings.as_mapping(),
        "labels": {
            "train": len(parts.train.image_ids),
            "test": len(parts.test.image_ids),
            "version": parts.data_version,
        },
        "quality": None if quality is None else asdict(quality),
        "versions": {
            name: importlib.metadata.version(name) for name in ("labelgraft", "torch", "timm", "numpy")
        },
    }


def end_run(workspace: Workspace, run: Run, state: RunState, reason: str) -> None:
    """Say how a run ended."""
    with workspace.database.writing() as connection:
        runs.change_state(connection, run.id, state, reason=reason)

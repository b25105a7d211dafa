"""The queue: which images to look at next, each with its reason."""

from __future__ import annotations

from pathlib import Path

import numpy as np

from labelgraft.domain.arrays import Floats, Ints
from labelgraft.domain.ids import ImageId, ProjectId
from labelgraft.domain.image import STATE_CODES, ImageState
from labelgraft.domain.queue import QueueCard, QueueOrder
from labelgraft.domain.reports import NextImage
from labelgraft.learning.resident import Resident
from labelgraft.learning.selection import Knowledge, Pick
from labelgraft.services.compact_vectors import Compact, CompactVectors
from labelgraft.services.embedding_spaces import Vectors, read_vectors
from labelgraft.services.read_labels import Labels, read_labels
from labelgraft.storage import images, marks, models, projects, scores
from labelgraft.storage.workspace import Workspace

SHORT_FROM = 5_000
"""With more images the queue is made from short forms of their vectors."""

UNANSWERED = tuple(
    STATE_CODES.index(state) for state in (ImageState.NEW, ImageState.PROPOSED, ImageState.DRAFT)
)


def next_images(
    workspace: Workspace,
    project_id: ProjectId,
    resident: Resident,
    compact: CompactVectors,
    *,
    count: int,
    order: QueueOrder,
    seed: int,
) -> list[NextImage]:
    """The next `count` images; fewer where fewer have no label. The same seed and labels give the same queue."""
    with workspace.database.reading() as connection:
        project = projects.get(connection, project_id)
        columns = marks.every(connection, project_id)
    vectors = _vectors(workspace, project_id, project.backbone, len(columns.image_ids), compact)
    labels = read_labels(workspace, project_id)
    states = columns.states[np.searchsorted(columns.image_ids, vectors.image_ids)]
    known = Knowledge(
        class_names=labels.class_names,
        label_counts=label_counts(labels),
        labelled=np.isin(vectors.image_ids, labels.image_ids),
        available=np.isin(states, UNANSWERED),
        probabilities=active_probabilities(workspace, project_id, labels, vectors.image_ids),
        multi_label=labels.multi_label,
    )
    picks: tuple[Pick, ...] = resident.call(
        "labelgraft.learning.selection.choose", vectors.rows, known, count=count, order=order, seed=seed
    )
    ids = [ImageId(int(vectors.image_ids[pick.position])) for pick in picks]
    with workspace.database.reading() as connection:
        path = {image.id: image.path for image in images.of_ids(connection, ids)}
    return [
        NextImage(QueueCard(image_id, pick.reason, pick.explanation), path[image_id])
        for image_id, pick in zip(ids, picks, strict=True)
    ]


def _vectors(
    workspace: Workspace, project_id: ProjectId, backbone: str, image_count: int, compact: CompactVectors
) -> Vectors | Compact:
    """Full vectors of few images, short forms of many: those are at hand, and are all that is looked at anyway."""
    found = compact.of(workspace, project_id) if image_count > SHORT_FROM else None
    return read_vectors(workspace, project_id, backbone) if found is None else found


def label_counts(labels: Labels) -> Ints:
    """(C,) labels given per class."""
    if labels.multi_label:
        return np.asarray(labels.targets.sum(axis=0), np.int64)
    return np.bincount(labels.targets, minlength=len(labels.class_names)).astype(np.int64)


def active_probabilities(
    workspace: Workspace, project_id: ProjectId, labels: Labels, image_ids: Ints
) -> Floats | None:
    """(N, C) what the active model answered, in the order of the project's classes; None before any.

    Classes that came after the model have the probability 0; images that it did not score are as likely anything.
    """
    with workspace.database.reading() as connection:
        model_id = projects.get(connection, project_id).active_model_id
        if model_id is None:
            return None
        model = models.get(connection, project_id, model_id)
    kept = scores.read(Path(model.folder))
    if kept is None:
        return None
    answered = kept.of(image_ids)
    answered[np.isnan(answered)] = 1 / max(1, len(model.class_names))
    spread: Floats = np.zeros((len(image_ids), len(labels.class_names)), np.float32)
    for column, name in enumerate(model.class_names):
        if name in labels.class_names:
            spread[:, labels.class_names.index(name)] = answered[:, column]
    return spread

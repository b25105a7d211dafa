"""Which way of training fits a project's images and labels: measured, with the reason in words."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from labelgraft.domain.ids import ImageId, ProjectId
from labelgraft.domain.training import TrainingAdvice
from labelgraft.formats.pixels import Limits
from labelgraft.learning.backbones import registry
from labelgraft.learning.resident import Resident
from labelgraft.services.embedding_spaces import read_vectors
from labelgraft.services.ingest import IngestPool
from labelgraft.services.ingest_messages import NetworkChoice, Output, Shard
from labelgraft.services.next_images import label_counts
from labelgraft.services.read_labels import need_labels, read_labels
from labelgraft.storage import images, projects
from labelgraft.storage.workspace import Workspace

LOOKED_AT = 64
"""Images whose statistics are compared with those of the backbone's own training; more change it by nothing."""


def advise_training(
    workspace: Workspace, project_id: ProjectId, resident: Resident,
    pool: Callable[[NetworkChoice], IngestPool], limits: Limits,
) -> TrainingAdvice:  # fmt: skip
    """Measure size and similarity, and recommend a way. Raises NothingLabelled, BadInput, JobFailed."""
    labels = need_labels(read_labels(workspace, project_id))
    with workspace.database.reading() as connection:
        backbone = projects.get(connection, project_id).backbone
    vectors = read_vectors(workspace, project_id, backbone)
    labels = need_labels(labels.of(vectors.image_ids))
    chosen = np.random.default_rng(0).permutation(vectors.image_ids)[:LOOKED_AT]
    with workspace.database.reading() as connection:
        rows = images.of_ids(connection, [ImageId(int(i)) for i in sorted(chosen)])
    choice = NetworkChoice(registry.get(backbone))
    shard = Shard(tuple(image.path for image in rows), frozenset({Output.INPUTS}), choice, limits)
    result = pool(choice).submit(shard).result()
    advice: TrainingAdvice = resident.call(
        "labelgraft.learning.finetuning.measured_advice.measure_and_advise", backbone, result.inputs,
        vectors.of(labels.image_ids), labels.targets, label_counts(labels),
    )  # fmt: skip
    return advice

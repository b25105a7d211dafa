"""The embedding that the map of a model is drawn from.

An mlp head and a fine-tuned network bring their own. A linear head scores best and has none: an mlp is trained beside it
on the same labels when its map is first asked for, and kept with it.
"""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

from labelgraft.domain import split as splits
from labelgraft.domain.arrays import Floats
from labelgraft.domain.ids import ProjectId
from labelgraft.domain.model import Model
from labelgraft.domain.training import HeadKind, TrainingSettings
from labelgraft.learning.heads.head import StoredHead, TrainedHead
from labelgraft.learning.resident import Resident
from labelgraft.services.embedding_spaces import Vectors
from labelgraft.services.read_labels import read_labels
from labelgraft.services.score_images import head_card, model_vectors, restored, stored_head
from labelgraft.services.training_set import TO_CODE
from labelgraft.storage import images, model_files
from labelgraft.storage.workspace import Workspace

FOLDER = "map"
BACKGROUND = 2048


def own_embedding(workspace: Workspace, project_id: ProjectId, model: Model, resident: Resident) -> Vectors:
    """The model's own embedding of every image. Raises BadInput where no image has the vectors that it reads."""
    vectors = model_vectors(workspace, project_id, model)
    _, card = model_files.read(Path(model.folder))
    if "network" in card:
        return vectors
    head = stored_head(model)
    if head.kind == HeadKind.LINEAR:
        settings = TrainingSettings.from_mapping(card["settings"])
        head = companion(workspace, project_id, model, vectors, settings, resident)
    hidden: Floats = resident.call("labelgraft.learning.heads.head.hidden", head, vectors.rows)
    return Vectors(vectors.image_ids, hidden, vectors.space)


def companion(
    workspace: Workspace, project_id: ProjectId, model: Model, vectors: Vectors, settings: TrainingSettings,
    resident: Resident,
) -> StoredHead:  # fmt: skip
    """The mlp head beside a linear one, trained now if it is not there yet."""
    folder = Path(model.folder) / FOLDER
    if (folder / model_files.CARD).exists():
        tensors, card = model_files.read(folder)
        return restored(tensors, card)
    labels = read_labels(workspace, project_id).of(vectors.image_ids)
    with workspace.database.reading() as connection:
        columns = images.columns(connection, project_id)
    test = columns.image_ids[TO_CODE[columns.splits.astype("int64")] == splits.TEST]
    labels = labels.without(test)
    trained: TrainedHead = resident.call(
        "labelgraft.learning.heads.head.train_head", vectors.of(labels.image_ids), labels.targets, labels.class_names,
        replace(settings, head=HeadKind.MLP), multi_label=labels.multi_label,
        background=vectors.rows[:: max(1, len(vectors.rows) // BACKGROUND)],
    )  # fmt: skip
    model_files.write(folder, trained.stored.tensors, head_card(trained.stored))
    return trained.stored

"""What a model says of every image: its embedding, its probabilities, its proposals."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from itertools import pairwise
from pathlib import Path
from typing import Any

import numpy as np

from labelgraft.domain.annotation import Author, AuthorKind
from labelgraft.domain.arrays import AnyArray, Floats, Ints
from labelgraft.domain.ids import ImageId, ProjectId
from labelgraft.domain.image import STATE_CODES, ImageState
from labelgraft.domain.model import Model
from labelgraft.domain.proposal import ProposalColumns
from labelgraft.domain.reports import PredictReport
from labelgraft.errors import BadInput
from labelgraft.formats.pixels import Limits
from labelgraft.learning.backbones import registry
from labelgraft.learning.backbones.network import best_backend
from labelgraft.learning.finetuning.frozen_facts import EXACT
from labelgraft.learning.heads.head import StoredHead
from labelgraft.learning.resident import Resident
from labelgraft.services.embedding_spaces import POOLED, Vectors, known_images, vectors_in
from labelgraft.services.ingest import IngestPool
from labelgraft.services.ingest_messages import NetworkChoice, Output, Shard
from labelgraft.services.read_labels import Labels, read_labels
from labelgraft.services.scan_files import split_into_shards
from labelgraft.storage import images, model_files, projects, proposals, scores
from labelgraft.storage.embeddings import EmbeddingKey
from labelgraft.storage.scores import Scores
from labelgraft.storage.workspace import Workspace

SEVERAL_FROM = 0.5
"""Confidence from which a class is proposed in a multi-label project."""
BANDS = (1.0, 0.99, 0.95, 0.9, 0.8, 0.7, 0.5, 0.0)


def stored_head(model: Model) -> StoredHead:
    """The head of a model from its files. Raises WorkspaceDamaged."""
    return restored(*model_files.read(Path(model.folder)))


def restored(tensors: dict[str, AnyArray], card: dict[str, Any]) -> StoredHead:
    """A head from its arrays and its card."""
    return StoredHead(
        kind=card["head"]["kind"],
        class_names=tuple(card["classes"]),
        multi_label=card["multi_label"],
        tensors=tensors,
        metadata=card["head"]["metadata"],
        temperature=card["head"]["temperature"],
    )


def head_card(stored: StoredHead) -> dict[str, Any]:
    """What `restored` reads of a head's card."""
    return {
        "head": {"kind": stored.kind, "metadata": dict(stored.metadata), "temperature": stored.temperature},
        "classes": list(stored.class_names),
        "multi_label": stored.multi_label,
    }


def model_vectors(workspace: Workspace, project_id: ProjectId, model: Model) -> Vectors:
    """The vectors that a model's head reads, of every image that has one. Raises BadInput where none has."""
    _, card = model_files.read(Path(model.folder))
    hashes, image_ids = known_images(workspace, project_id)
    vectors = vectors_in(workspace.embeddings.space(key_here(card)), hashes, image_ids)
    if not len(vectors.rows):
        raise BadInput(
            f"No image of this project has the embedding that {model.name} reads. Predict with it first."
        )
    return vectors


def embed_missing(
    workspace: Workspace, project_id: ProjectId, model: Model, pool: Callable[[], IngestPool], limits: Limits,
    only: Ints | None = None,
) -> None:  # fmt: skip
    """Give every image, or those of `only`, the embedding of a fine-tuned network, from its file; nothing for heads on a
    backbone.
    """
    _, card = model_files.read(Path(model.folder))
    if "network" not in card:
        return
    space = workspace.embeddings.space(key_here(card))
    hashes, image_ids = known_images(workspace, project_id)
    missing = set(space.missing(hashes))
    wanted = np.ones(len(image_ids), np.bool_) if only is None else np.isin(image_ids, only)
    ids = [
        ImageId(int(i))
        for i, each, asked in zip(image_ids, hashes, wanted, strict=True)
        if asked and each in missing
    ]
    if not ids:
        return
    with workspace.database.reading() as connection:
        paths = [image.path for image in images.of_ids(connection, ids)]
    key = space.key
    choice = NetworkChoice(
        registry.get(key.backbone), key.backend, key.precision,
        trained_file=str(Path(model.folder) / card["network"]),
    )  # fmt: skip
    workers = pool()
    shards = [
        Shard(tuple(shard), frozenset({Output.EMBEDDING}), choice, limits)
        for shard in split_into_shards(paths, workers=workers.workers)
    ]
    with workspace.embeddings.holding([key]):
        for _, result in workers.run(shards):
            if result.embedding is not None and len(result.rows):
                space.write_shard(list(result.rows), result.embedding)


def key_here(card: dict[str, Any]) -> EmbeddingKey:
    """The key of the vectors that a model's head reads; by torch where the engine of a moved workspace is missing."""
    key = EmbeddingKey(**card["embedding"])
    if "network" in card and key.backend == "openvino" and best_backend() != "openvino":
        return replace(key, backend=EXACT.backend, precision=EXACT.precision)
    return key


def keep_within(workspace: Workspace, cache_bytes: int, model: Model) -> None:
    """Delete the activations, and embeddings of fine-tuned networks, that were not read for longest, until the rest fits.

    Those of backbones stay, and those of this model; what is deleted is computed again when it is needed.
    """
    _, card = model_files.read(Path(model.folder))
    spaces = workspace.embeddings.spaces()
    kept = [space.key for space in spaces if space.key.layer == POOLED]
    workspace.embeddings.evict(cache_bytes, keep=[*kept, key_here(card)])


def predict(
    workspace: Workspace, project_id: ProjectId, model: Model, resident: Resident, pool: Callable[[], IngestPool],
    limits: Limits, only: Ints | None = None,
) -> PredictReport:  # fmt: skip
    """Score every image and propose what is not labelled; earlier proposals are replaced, labels never touched.

    only: (N,) propose for these images alone. Others keep their proposals, of whichever model, and the active model stays
    as it is, if there is one.
    """
    embed_missing(workspace, project_id, model, pool, limits, only)
    vectors = model_vectors(workspace, project_id, model)
    probabilities: Floats = resident.call(
        "labelgraft.learning.heads.head.score", stored_head(model), vectors.rows
    )
    labels = read_labels(workspace, project_id)
    scores.write(Path(model.folder), Scores(vectors.image_ids, probabilities))
    columns = to_proposals(vectors, probabilities, model, labels)
    if only is not None:
        columns = columns.where(np.isin(columns.image_ids, only))
    author = Author(AuthorKind.MODEL, model.name, model.id)
    with workspace.database.writing() as connection:
        proposals.replace(
            connection,
            project_id,
            model.id,
            columns,
            only=only,
            author=author,
            summary=f"Proposals of {model.name}",
        )
        if only is None or projects.get(connection, project_id).active_model_id is None:
            projects.set_active_model(connection, project_id, model.id)
        states = images.columns(connection, project_id)
    waiting = states.image_ids[states.states == STATE_CODES.index(ImageState.PROPOSED)]
    scored = vectors.image_ids if only is None else np.intersect1d(vectors.image_ids, only)
    waiting = waiting[np.isin(waiting, scored)]
    return report(model, columns, waiting.tolist(), len(scored), labels)


def to_proposals(vectors: Vectors, probabilities: Floats, model: Model, labels: Labels) -> ProposalColumns:
    """The surest class of each image, or every class from one half on where an image may have several.

    Classes that were deleted since the model was trained are not proposed.
    """
    kept = [column for column, name in enumerate(model.class_names) if name in labels.class_names]
    ids = np.array([labels.class_ids[labels.class_names.index(model.class_names[c])] for c in kept], np.int64)
    answers = probabilities[:, kept]
    if labels.multi_label:
        row, column = np.nonzero(answers >= SEVERAL_FROM)
    elif kept:
        row, column = np.arange(len(answers)), answers.argmax(axis=1)
    else:
        row = column = np.zeros(0, np.int64)
    sure = np.asarray(answers[row, column], np.float32).clip(0, 1)
    return ProposalColumns(vectors.image_ids[row], ids[column], sure)


def report(
    model: Model, columns: ProposalColumns, waiting: list[int], image_count: int, labels: Labels
) -> PredictReport:
    """Sum up: how many unlabelled images lie in each band of confidence."""
    free = np.isin(columns.image_ids, np.asarray(waiting, np.int64))
    sure, class_ids = columns.confidences[free], columns.class_ids[free]
    bands = []
    for high, low in pairwise(BANDS):
        inside = sure[(sure >= low) & ((sure < high) | (high == 1.0))]
        bands.append((low, high, len(inside), float(inside.mean()) if len(inside) else 0.0))
    names = dict(zip(labels.class_ids, labels.class_names, strict=True))
    per_class = {names[c]: int((class_ids == c).sum()) for c in labels.class_ids}
    return PredictReport(model.name, image_count, len(waiting), per_class, tuple(bands))

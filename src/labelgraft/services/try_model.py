"""Try a model on a few images: what it would propose, with nothing written."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import numpy as np

from labelgraft.domain.arrays import Floats, Ints
from labelgraft.domain.ids import ImageId, ProjectId
from labelgraft.domain.image import STATE_CODES, ImageState
from labelgraft.domain.lookup import rows_of
from labelgraft.domain.model import Model
from labelgraft.domain.trial import ClassShare, TrialAnswer, spread_over
from labelgraft.errors import BadInput
from labelgraft.formats.pixels import Limits
from labelgraft.learning.backbones import registry
from labelgraft.learning.resident import Resident
from labelgraft.services.ingest import IngestPool
from labelgraft.services.ingest_messages import NetworkChoice, Output, Shard
from labelgraft.services.read_labels import Labels, read_labels
from labelgraft.services.score_images import model_vectors, stored_head
from labelgraft.storage import images, model_files
from labelgraft.storage.workspace import Workspace

TRIED = 12
MOST_CLASSES = 10
"""Classes told per image; the rest share what is left."""
WITHOUT_LABEL = tuple(
    STATE_CODES.index(state) for state in (ImageState.NEW, ImageState.PROPOSED, ImageState.DRAFT)
)
NETWORK_CANDIDATES = 24
"""Images that a fine-tuned network is run on to choose from, where it has not embedded the project yet."""


def try_model(
    workspace: Workspace, project_id: ProjectId, model: Model, resident: Resident, pool: Callable[[], IngestPool],
    limits: Limits, *, image_ids: Ints | None = None, count: int = TRIED, seed: int = 0,
) -> tuple[TrialAnswer, ...]:  # fmt: skip
    """What a model says of `count` images, from the surest to the least sure.

    image_ids: among these; None: among the images without a label, or among all where each has one. Raises BadInput
    where none of them can be scored, JobFailed.
    """
    wanted = candidates(workspace, project_id) if image_ids is None else np.unique(image_ids)
    try:
        vectors = model_vectors(workspace, project_id, model)
        row, there = rows_of(vectors.image_ids, wanted)
        ids, rows = wanted[there], vectors.rows[row]
    except BadInput:  # nobody has predicted with this fine-tuned network yet
        ids = np.random.default_rng(seed).permutation(wanted)[:NETWORK_CANDIDATES]
        ids, rows = through_network(workspace, ids, model, resident, pool, limits)
    if not len(ids):
        raise BadInput(
            f"None of these images has the embedding that {model.name} reads. Embed the images first."
        )
    shares: Floats = resident.call("labelgraft.learning.heads.head.score", stored_head(model), rows)
    chosen = spread_over(shares.max(axis=1), count)
    return answers_of(ids[chosen], shares[chosen], model, read_labels(workspace, project_id))


def candidates(workspace: Workspace, project_id: ProjectId) -> Ints:
    """The images without a label, else all."""
    with workspace.database.reading() as connection:
        columns = images.columns(connection, project_id)
    free: Ints = columns.image_ids[np.isin(columns.states, WITHOUT_LABEL)]
    return free if len(free) else columns.image_ids


def through_network(
    workspace: Workspace, image_ids: Ints, model: Model, resident: Resident, pool: Callable[[], IngestPool],
    limits: Limits,
) -> tuple[Ints, Floats]:  # fmt: skip
    """Some images with the vectors that a fine-tuned network makes of them; unreadable ones are left out.

    Raises BadInput for a head on a backbone, whose vectors are kept or not there.
    """
    _, card = model_files.read(Path(model.folder))
    if "network" not in card:
        raise BadInput(
            f"No image of this project has the embedding that {model.name} reads. Embed the images first."
        )
    with workspace.database.reading() as connection:
        rows = images.of_ids(connection, [ImageId(int(i)) for i in np.sort(image_ids)])
    by_path = {image.path: image.id for image in rows}
    choice = NetworkChoice(registry.get(card["embedding"]["backbone"]))
    shard = Shard(tuple(by_path), frozenset({Output.INPUTS}), choice, limits)
    result = pool().submit(shard).result()
    ids = np.array([by_path[record.path] for record in result.records], np.int64)
    if result.inputs is None or not len(ids):
        return ids[:0], np.zeros((0, 1), np.float32)
    of_record = [record.row for record in result.records]
    network_file = str(Path(model.folder) / card["network"])
    vectors: Floats = resident.call(
        "labelgraft.learning.finetuning.adapted.embed_inputs", network_file, result.inputs
    )
    return ids, vectors[of_record]


def answers_of(image_ids: Ints, shares: Floats, model: Model, labels: Labels) -> tuple[TrialAnswer, ...]:
    """Probabilities as answers."""
    given = labels.aligned(np.sort(image_ids))
    label_of = dict(zip(np.sort(image_ids).tolist(), given.tolist(), strict=True))
    return tuple(
        TrialAnswer(
            ImageId(image_id),
            tuple(
                ClassShare(model.class_names[column], float(min(1.0, row[column])))
                for column in np.argsort(-row, kind="stable")[:MOST_CLASSES].tolist()
            ),
            labels.class_names[label_of[image_id]] if label_of[image_id] >= 0 else None,
        )
        for image_id, row in zip(image_ids.tolist(), shares, strict=True)
    )

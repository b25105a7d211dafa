"""Which kept vectors stand for a project's images: where they are stored, how they are found and read."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from labelgraft.domain.arrays import Floats, Ints
from labelgraft.domain.backbone import Backbone, Preprocessing
from labelgraft.domain.ids import ContentHash, ProjectId
from labelgraft.errors import BadInput
from labelgraft.learning.backbones.preparation import PREPARATION_ID
from labelgraft.services.ingest_messages import NetworkFacts, ShardResult
from labelgraft.storage import images
from labelgraft.storage.embeddings import EmbeddingKey, EmbeddingSpace
from labelgraft.storage.workspace import Workspace

POOLED = "pooled"
CLEAN = "clean"


@dataclass(frozen=True, slots=True)
class Vectors:
    """Vectors of a project's images. image_ids: (N,) int64, ordered. rows: (N, D) float32."""

    image_ids: Ints
    rows: Floats
    space: EmbeddingSpace

    def of(self, image_ids: Ints) -> Floats:
        """The rows of some images, in the order given; all of them must be here."""
        picked: Floats = self.rows[np.searchsorted(self.image_ids, image_ids)]
        return picked


def key_of(backbone: Backbone, facts: NetworkFacts, view: str = CLEAN) -> EmbeddingKey:
    """The key under which a network's vectors are kept."""
    return EmbeddingKey(
        backbone.name, facts.weights_digest, facts.layer, preprocessing_text(backbone.preprocessing), facts.backend,
        facts.precision, view,
    )  # fmt: skip


def preprocessing_text(how: Preprocessing) -> str:
    """Everything between a file and the network's input, as one text."""
    scale = ",".join(f"{value:g}" for value in (*how.mean, *how.std))
    return f"{PREPARATION_ID} {how.input_px}px crop {how.crop_fraction:g} {how.interpolation.value} {scale}"


def store_shard(workspace: Workspace, backbone: Backbone, result: ShardResult) -> None:
    """Keep the vectors of a shard; those that are kept already are left out."""
    if result.network is None or result.embedding is None or not len(result.rows):
        return
    workspace.embeddings.space(key_of(backbone, result.network)).write_shard(
        list(result.rows), result.embedding
    )


def spaces_of(workspace: Workspace, backbone: str) -> list[EmbeddingSpace]:
    """The spaces of pooled, clean vectors by a backbone, on whatever engine, fullest first."""
    found = [
        space
        for space in workspace.embeddings.spaces()
        if space.key.backbone == backbone and space.key.view == CLEAN and space.key.layer == POOLED
    ]
    return sorted(found, key=lambda space: -space.count)


def embedded_backbones(workspace: Workspace) -> list[str]:
    """The names of all backbones that any image was embedded with."""
    return sorted(
        {space.key.backbone for space in workspace.embeddings.spaces() if space.key.layer == POOLED}
    )


def content_hashes(column: Sequence[bytes]) -> list[ContentHash]:
    """The hashes of a column of images as text."""
    return [ContentHash(each.decode("ascii")) for each in column]


def read_vectors(workspace: Workspace, project_id: ProjectId, backbone: str) -> Vectors:
    """The vectors of every image of a project that has one by this backbone. Raises BadInput where none has."""
    hashes, image_ids = known_images(workspace, project_id)
    spaces = spaces_of(workspace, backbone)
    best = min(spaces, key=lambda space: len(space.missing(hashes)), default=None)
    vectors = None if best is None else vectors_in(best, hashes, image_ids)
    if vectors is None or not len(vectors.rows):
        raise BadInput(
            f"No image of this project is embedded with {backbone} yet. "
            f"Embed them first: labelgraft embed PROJECT --backbone {backbone}"
        )
    return vectors


def lacks_vectors(workspace: Workspace, project_id: ProjectId, backbone: str) -> bool:
    """Whether an image of a project has no vector by this backbone yet."""
    hashes, _ = known_images(workspace, project_id)
    return all(space.missing(hashes) for space in spaces_of(workspace, backbone))


def known_images(workspace: Workspace, project_id: ProjectId) -> tuple[list[ContentHash], Ints]:
    """The hash and the number of every image of a project, ordered by number."""
    with workspace.database.reading() as connection:
        columns = images.columns(connection, project_id)
    return content_hashes(columns.hashes.tolist()), columns.image_ids


def vectors_in(space: EmbeddingSpace, hashes: list[ContentHash], image_ids: Ints) -> Vectors:
    """The vectors that one space has of some images."""
    absent = set(space.missing(hashes))
    there = np.array([each not in absent for each in hashes], np.bool_)
    return Vectors(image_ids[there], space.read([each for each in hashes if each not in absent]), space)

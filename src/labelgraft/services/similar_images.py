"""The images most like one image, by the project's embedding."""

from __future__ import annotations

import numpy as np

from labelgraft.domain.arrays import Floats, Ints
from labelgraft.domain.ids import ContentHash, ImageId, ProjectId
from labelgraft.errors import BadInput
from labelgraft.learning.directions import unit_rows
from labelgraft.learning.one_core import one_core
from labelgraft.services.compact_vectors import Compact, CompactVectors
from labelgraft.services.embedding_spaces import spaces_of
from labelgraft.storage import images
from labelgraft.storage.workspace import Workspace

LOOKED_AT = 20
"""So many times the wanted number is compared in full: the first by the short forms, which are a little off."""
LEAST_LOOKED_AT = 500


def similar_images(
    workspace: Workspace, project_id: ProjectId, compact: CompactVectors, image_id: ImageId, count: int
) -> tuple[Ints, Floats]:
    """(K,) images and (K,) cosines, the most similar first, without the image itself; K <= count.

    Raises BadInput if the image is not in the project or has no embedding.
    """
    known = need_compact(workspace, project_id, compact)
    likeness = likeness_to(known, image_id)
    most = min(max(LEAST_LOOKED_AT, LOOKED_AT * count) + 1, len(likeness))
    order = np.argpartition(-likeness, most - 1)[:most]
    order = order[known.image_ids[order] != image_id]
    asked = [image_id, *(ImageId(number) for number in known.image_ids[order].tolist())]
    vectors = unit_rows(_full(workspace, known, asked))
    cosines = vectors[1:] @ vectors[0]
    best = np.argsort(-cosines, kind="stable")[:count]
    return known.image_ids[order[best]], cosines[best].astype(np.float32)


def likeness_to(known: Compact, image_id: ImageId) -> Floats:
    """(N,) about the cosine of each image with one. Raises BadInput if that has no embedding."""
    row = known.of(np.array([image_id], np.int64))[0]
    if not len(row):
        raise BadInput(
            f"Image {image_id} has no embedding by {known.backbone} yet, or is not in this project."
        )
    with one_core():
        found: Floats = known.rows @ row[0]
    return found


def need_compact(workspace: Workspace, project_id: ProjectId, compact: CompactVectors) -> Compact:
    """The short forms. Raises BadInput where no image is embedded."""
    known = compact.of(workspace, project_id)
    if known is None:
        raise BadInput("No image of this project is embedded yet. Embed them first: labelgraft embed PROJECT")
    return known


def _full(workspace: Workspace, known: Compact, image_ids: list[ImageId]) -> Floats:
    with workspace.database.reading() as connection:
        hashes: list[ContentHash] = [image.content_hash for image in images.of_ids(connection, image_ids)]
    return spaces_of(workspace, known.backbone)[0].read(hashes)

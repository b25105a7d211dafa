"""A picture in full, upright, decoded in a bounded process: what a person looks at before she decides."""

from __future__ import annotations

from collections.abc import Callable

from labelgraft.domain.ids import ContentHash
from labelgraft.errors import UnreadableImage
from labelgraft.formats.pixels import Limits
from labelgraft.services.ingest import IngestPool
from labelgraft.services.ingest_messages import Output, Shard
from labelgraft.storage import images
from labelgraft.storage.large_pictures import LargePictures
from labelgraft.storage.workspace import Workspace

SIDES_PX = (800, 1600, 3200)
"""Long sides that are made; a wish between them gets the next larger, so that few are kept of each picture."""


def show_picture(
    workspace: Workspace, kept: LargePictures, pool: Callable[[], IngestPool], limits: Limits,
    content_hash: ContentHash, side_px: int,
) -> bytes:  # fmt: skip
    """The picture as WebP, its long side about side_px, never larger than the file has it.

    Raises: UnknownNumber if no project has those bytes; UnreadableImage if the file is gone, damaged, or another one
    than was imported.
    """
    side_px = next((side for side in SIDES_PX if side >= side_px), SIDES_PX[-1])
    found = kept.get(content_hash, side_px)
    if found is not None:
        return found
    with workspace.database.reading() as connection:
        path = images.path_of(connection, content_hash)
    shard = Shard((path,), frozenset({Output.LARGE}), None, limits, side_px)
    result = pool().submit(shard).result()
    if result.refused:
        raise UnreadableImage(path, result.refused[0].reason)
    if result.rows[0] != content_hash:
        raise UnreadableImage(
            path,
            "is another picture than the one that was imported; its labels stay with that one. Import the folder again",
        )
    kept.put(content_hash, side_px, result.thumbnails[0])
    return result.thumbnails[0]

"""Thumbnails of the images that a screen shows at once."""

from __future__ import annotations

from collections.abc import Sequence

from labelgraft.domain.ids import ImageId, ProjectId
from labelgraft.storage import images
from labelgraft.storage.workspace import Workspace


def show_thumbnails(
    workspace: Workspace, project_id: ProjectId, image_ids: Sequence[int]
) -> dict[ImageId, bytes]:
    """The 256 px WebP of each image, in the order asked for; those without one, or not in the project, are left out."""
    wanted = [ImageId(number) for number in image_ids]
    with workspace.database.reading() as connection:
        hashes = images.hashes_of(connection, project_id, wanted)
    here = [number for number in wanted if number in hashes]
    found = workspace.thumbnails.several([hashes[number] for number in here])
    return {number: webp for number, webp in zip(here, found, strict=True) if webp is not None}

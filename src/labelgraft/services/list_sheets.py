"""Which sheet of thumbnails shows each image, and where on it."""

from __future__ import annotations

from labelgraft.domain.ids import ContentHash, ProjectId
from labelgraft.domain.image import SheetColumns
from labelgraft.storage import images
from labelgraft.storage.workspace import Workspace


def list_sheets(workspace: Workspace, project_id: ProjectId) -> SheetColumns:
    """The place of every image of a project."""
    with workspace.database.reading() as connection:
        image_ids, hashes = images.hashes(connection, project_id)
    names, sheets, cells = workspace.thumbnails.cells([ContentHash(each) for each in hashes])
    return SheetColumns(names, image_ids, sheets, cells)

"""A page of images with the names of their classes and their surest proposal."""

from __future__ import annotations

from labelgraft.domain.ids import ImageId, ProjectId
from labelgraft.domain.image import ImageFilter
from labelgraft.domain.reports import ImageList, ListedImage
from labelgraft.storage import annotations as truth
from labelgraft.storage import classes, images, proposals
from labelgraft.storage.workspace import Workspace


def list_images(
    workspace: Workspace, project_id: ProjectId, wanted: ImageFilter, after: ImageId | None, limit: int
) -> ImageList:
    """Images that fit a filter, in the order of their ids, at most `limit`."""
    with workspace.database.reading() as connection:
        page = images.page(connection, project_id, wanted, after, limit)
        ids = [image.id for image in page.images]
        names = {each.id: each.name for each in classes.of_project(connection, project_id)}
        given = truth.of_images(connection, ids)
        proposed = proposals.of_images(connection, project_id, ids)
    rows = []
    for image in page.images:
        surest = max(proposed.get(image.id, ()), key=lambda each: each.confidence, default=None)
        rows.append(
            ListedImage(
                image=image,
                class_names=tuple(names[each.class_id] for each in given[image.id]),
                proposed=None if surest is None else names.get(surest.class_id),
                confidence=None if surest is None else surest.confidence,
            )
        )
    return ImageList(tuple(rows), page.next_after)

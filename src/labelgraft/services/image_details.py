"""Images with everything that is said of them."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np

from labelgraft.domain.details import DetailsPage, ImageDetails
from labelgraft.domain.ids import ImageId, ProjectId
from labelgraft.domain.image import ImageFilter
from labelgraft.services.compact_vectors import CompactVectors
from labelgraft.services.filter_images import filtered_rows
from labelgraft.storage import annotations as truth
from labelgraft.storage import images, marks, proposals
from labelgraft.storage.workspace import Workspace

if TYPE_CHECKING:
    from sqlalchemy import Connection


def image_details(
    workspace: Workspace, project_id: ProjectId, image_ids: Sequence[int]
) -> tuple[ImageDetails, ...]:
    """The images with these numbers, in the order asked for; those that are not in the project are left out."""
    with workspace.database.reading() as connection:
        known = set(marks.of_ids(connection, project_id, image_ids).image_ids.tolist())
        wanted = [ImageId(number) for number in dict.fromkeys(image_ids) if number in known]
        return _details(connection, project_id, wanted)


def details_page(
    workspace: Workspace, project_id: ProjectId, wanted: ImageFilter, after: ImageId | None, limit: int,
    compact: CompactVectors,
) -> DetailsPage:  # fmt: skip
    """Images that fit a filter, in the order of their numbers, at most `limit`."""
    if wanted.suspicious is None:
        with workspace.database.reading() as connection:
            page = images.page(connection, project_id, wanted, after, limit)
            listed = [image.id for image in page.images]
            return DetailsPage(_details(connection, project_id, listed), page.next_after)
    columns, rows = filtered_rows(workspace, project_id, wanted, compact)
    ids = columns.image_ids[rows]
    ids = ids[np.searchsorted(ids, after or 0, side="right") :]
    shown = ids[:limit].tolist()
    return DetailsPage(image_details(workspace, project_id, shown), shown[-1] if len(ids) > limit else None)


def _details(c: Connection, project_id: ProjectId, image_ids: Sequence[ImageId]) -> tuple[ImageDetails, ...]:
    found = images.of_ids(c, image_ids)
    given = truth.of_images(c, image_ids)
    proposed = proposals.of_images(c, project_id, image_ids)
    return tuple(ImageDetails(image, given[image.id], proposed[image.id]) for image in found)

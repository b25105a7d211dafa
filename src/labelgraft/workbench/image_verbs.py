"""The verbs of images: tell, list, order, compare; and the state of all of them as columns."""

from __future__ import annotations

from collections.abc import Sequence

from labelgraft.domain.arrays import Floats, Ints
from labelgraft.domain.details import DetailsPage, ImageDetails
from labelgraft.domain.ids import ImageId
from labelgraft.domain.image import ImageFilter
from labelgraft.errors import UnknownNumber
from labelgraft.services.filter_images import ImageOrder, filtered_rows, ordered_rows, state_columns
from labelgraft.services.image_details import details_page, image_details
from labelgraft.services.show_thumbnails import show_thumbnails
from labelgraft.services.similar_images import similar_images
from labelgraft.storage.state_columns import StateColumns
from labelgraft.workbench.project_base import ProjectBase

__all__ = ["ImageOrder", "ImageVerbs", "StateColumns"]


class ImageVerbs(ProjectBase):
    """Look at images."""

    def image_states(self) -> StateColumns:
        """What every image is now; at once when nothing changed since the last time.

        Whoever asks is about to look at the map or the gallery, so their next gesture is prepared for.
        """
        self._engine.compact.make_ahead(self._workspace, self.id)
        return state_columns(self._workspace, self.id)

    def image_details(self, image_ids: Sequence[int]) -> tuple[ImageDetails, ...]:
        """Images with their labels and proposals, in the order asked for; those that are not here are left out."""
        return image_details(self._workspace, self.id, image_ids)

    def thumbnails(self, image_ids: Sequence[int]) -> dict[ImageId, bytes]:
        """WebP of 256 px of each image, in the order asked for; those that have none or are not here are left out."""
        return show_thumbnails(self._workspace, self.id, image_ids)

    def image(self, image_id: int) -> ImageDetails:
        """One image with its labels and proposals. Raises UnknownNumber."""
        found = self.image_details([image_id])
        if not found:
            raise UnknownNumber(f"This project has no image {image_id}. It may have been removed since.")
        return found[0]

    def image_page(self, wanted: ImageFilter, after: int | None, limit: int) -> DetailsPage:
        """Images that fit every condition, in the order of their numbers, at most `limit`."""
        start = None if after is None else ImageId(after)
        return details_page(self._workspace, self.id, wanted, start, limit, self._engine.compact)

    def image_order(
        self, wanted: ImageFilter, order: ImageOrder = ImageOrder.ID, to: int | None = None
    ) -> tuple[Ints, StateColumns]:
        """(N,) every image that fits, in an order; and the columns it was made from. Raises BadSetting, BadInput."""
        compact = self._engine.compact
        columns, rows = filtered_rows(self._workspace, self.id, wanted, compact)
        like = None if to is None else ImageId(to)
        rows = ordered_rows(self._workspace, self.id, columns, rows, order, like, compact)
        return columns.image_ids[rows], columns

    def similar(self, image_id: int, count: int = 50) -> tuple[Ints, Floats]:
        """The images most like one, and their cosines. Raises UnknownNumber, BadInput without an embedding."""
        self.image(image_id)
        return similar_images(self._workspace, self.id, self._engine.compact, ImageId(image_id), count)

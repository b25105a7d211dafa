"""Instances of a data set made fit for the images that they belong to."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field, replace

from labelgraft.domain.dataset import DatasetImage, DatasetInstance
from labelgraft.domain.image import Image, RefusedFile
from labelgraft.domain.shapes.clip import clipped
from labelgraft.domain.shapes.keypoints import Keypoints, Skeleton
from labelgraft.domain.shapes.mask import Mask
from labelgraft.domain.shapes.placing import scaled, turned
from labelgraft.domain.shapes.shape import Shape, kind_of
from labelgraft.errors import BadShape
from labelgraft.formats.picture_size import picture_size

SAME_SHAPE = 0.01
"""Two sizes whose ratio of sides differs by less are one picture at two scales."""
CUT = "reached outside of the image: cut at its edge"
TURNED = "drawn without regard to the EXIF orientation: turned upright"
SCALED = "drawn on a copy of another size: scaled"


@dataclass(slots=True)
class Fitter:
    """Makes instances fit for images; mended: what was done, and how often. refused: what could not be made fit."""

    skeletons: dict[str, Skeleton]
    mended: Counter[str] = field(default_factory=Counter)
    refused: list[RefusedFile] = field(default_factory=list)

    def fit(self, listed: DatasetImage, image: Image) -> tuple[DatasetInstance, ...]:
        """The instances of an image in its own upright pixels, cut at its edges."""
        if not listed.instances:
            return ()
        place = self._placing(listed, image)
        if place is None:
            told = f"{listed.width_px} x {listed.height_px}"
            reason = (
                f"its {len(listed.instances)} shapes were not taken: they are for {told} px, and the image has "
                f"{image.width_px} x {image.height_px}"
            )
            self.refused.append(RefusedFile(listed.path, reason))
            return ()
        return tuple(self._fitted(listed, image, place))

    def _fitted(
        self, listed: DatasetImage, image: Image, place: Callable[[Shape], Shape]
    ) -> Iterable[DatasetInstance]:
        for number, one in enumerate(listed.instances, start=1):
            try:
                shape = place(one.shape)
                self._check(one.class_name, shape, image)
            except BadShape as error:
                self.refused.append(RefusedFile(listed.path, f"shape {number} was not taken: {error}"))
                continue
            inside = clipped(shape, image.width_px, image.height_px)
            if inside is None or kind_of(inside) is not kind_of(shape):
                inside = (
                    None if inside is None else shape
                )  # a rotated box that is cut is none any more: it stays whole
            if inside is None:
                reason = f"shape {number} ({kind_of(shape)} of {one.class_name}) lies outside of the image"
                self.refused.append(RefusedFile(listed.path, reason))
                continue
            if inside != shape:
                self.mended[CUT] += 1
            yield replace(one, shape=inside)

    def _placing(self, listed: DatasetImage, image: Image) -> Callable[[Shape], Shape] | None:
        """What brings shapes of the size that the source tells into the image; None if that cannot be known."""
        told, real = (listed.width_px, listed.height_px), (image.width_px, image.height_px)
        if told == real or not all(told):
            return lambda shape: shape
        size = picture_size(image.path)
        if size is not None and size.orientation > 4 and told == (real[1], real[0]):
            self.mended[TURNED] += len(listed.instances)
            return lambda shape: turned(shape, size.orientation, *told)
        if abs(told[0] * real[1] / (told[1] * real[0]) - 1) > SAME_SHAPE:
            return None
        self.mended[SCALED] += len(listed.instances)
        return lambda shape: scaled(shape, real[0] / told[0], real[1] / told[1])

    def _check(self, class_name: str, shape: Shape, image: Image) -> None:
        """Raises: BadShape for a mask of another size, or keypoints that are not those of the class."""
        if isinstance(shape, Mask) and (shape.width_px, shape.height_px) != (image.width_px, image.height_px):
            raise BadShape(
                f"a mask of {shape.width_px} x {shape.height_px} px for an image of {image.width_px} x {image.height_px}"
            )
        if isinstance(shape, Keypoints):
            wanted = len(self.skeletons[class_name].names) if class_name in self.skeletons else 0
            if len(shape.points) != wanted:
                raise BadShape(f"{len(shape.points)} keypoints, and class {class_name!r} has {wanted}")

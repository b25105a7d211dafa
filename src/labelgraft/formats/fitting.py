"""What formats of images with shapes share: which images they can hold, and their instances one by one."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Sequence
from dataclasses import dataclass, field, replace
from pathlib import PurePosixPath

from labelgraft.domain.dataset import Answer, Dataset, DatasetImage, DatasetInstance
from labelgraft.domain.shapes.clip import clipped
from labelgraft.domain.shapes.shape import Shape, kind_of
from labelgraft.formats.losses import Fitted
from labelgraft.formats.paths import Names, portable_image_path
from labelgraft.formats.picture_size import picture_size

OUTSIDE = "outside of the image"
TOO_SMALL = "smaller than the steps of this format"

Converted = DatasetInstance | str
"""An instance as it will be read again, or why it cannot be written."""


@dataclass(slots=True)
class Gathered:
    """The parts of a Fitted while images are added one by one."""

    images: list[DatasetImage] = field(default_factory=list)
    origins: list[int] = field(default_factory=list)
    places: list[str] = field(default_factory=list)
    kept: list[tuple[int, ...]] = field(default_factory=list)
    dropped: dict[tuple[int, int], str] = field(default_factory=dict)
    left_out: dict[int, str] = field(default_factory=dict)

    def add(
        self, index: int, image: DatasetImage, place: str, convert: Callable[[DatasetInstance], Converted]
    ) -> None:
        """image: as it will be read, but for its instances."""
        instances, kept = list[DatasetInstance](), list[int]()
        for at, one in enumerate(image.instances):
            made = convert(one)
            if isinstance(made, str):
                self.dropped[index, at] = made
            else:
                instances.append(made)
                kept.append(at)
        bare = replace(image, class_names=(), instances=())
        self.images.append(bare.with_instances(instances))
        self.origins.append(index)
        self.places.append(place)
        self.kept.append(tuple(kept))

    def fitted(self, dataset: Dataset) -> Fitted:
        """dataset: what is read of the whole set, but for its images."""
        multi = dataset.multi_label or any(len(image.class_names) > 1 for image in self.images)
        after = replace(dataset, images=tuple(self.images), multi_label=multi)
        return Fitted(
            after, tuple(self.origins), tuple(self.places), self.left_out, tuple(self.kept), self.dropped
        )

    def in_order(self, key: Callable[[DatasetImage], tuple[int, str]]) -> Gathered:
        """The same, with images in the order in which reading finds them."""
        order = sorted(range(len(self.images)), key=lambda at: key(self.images[at]))
        return Gathered(
            [self.images[at] for at in order],
            [self.origins[at] for at in order],
            [self.places[at] for at in order],
            [self.kept[at] for at in order],
            self.dropped,
            self.left_out,
        )


def why_unsaid(image: DatasetImage) -> str:
    """Why an image cannot stand in a format where every image is finished; "" if it can."""
    if image.answer is Answer.IGNORE:
        return "they were passed over"
    if image.answer is Answer.UNCLEAR:
        return "they were marked as unclear"
    if image.answer is Answer.REJECT:
        return "their class was rejected"
    if not image.instances and not image.finished:
        return "nobody has finished them, and without shapes they would count as empty"
    return ""


def own_place(image: DatasetImage, tops: Sequence[str], names: Names, never: Collection[str] = ()) -> str:
    """A path below the folders `tops` for an image whose label file is called like it: no other has the same stem.

    Folders that the path begins with already are not repeated. never: folders that it may not have further down.
    """
    parts = list(PurePosixPath(portable_image_path(image.path, image.source)).parts)
    for top in tops:
        if len(parts) > 1 and parts[0] == top:
            parts = parts[1:]
    wanted = PurePosixPath(*tops, *(part + "_" if part in never else part for part in parts))
    given = names.give(wanted.with_suffix(".label").as_posix())
    return PurePosixPath(given).with_suffix(wanted.suffix).as_posix()


def size_of(image: DatasetImage) -> tuple[int, int]:
    """Width and height in pixels, from the file where they are not known; 0, 0 if that does not tell."""
    if image.width_px and image.height_px:
        return image.width_px, image.height_px
    found = picture_size(image.source) if image.source else None
    return (0, 0) if found is None else (found.width_px, found.height_px)


def inside(shape: Shape, width_px: int, height_px: int) -> Shape | None:
    """What of a shape lies in the image, of the same kind; None where nothing does. Rotated boxes stay whole."""
    cut = clipped(shape, width_px, height_px)
    return cut if cut is None or kind_of(cut) is kind_of(shape) else shape


def order_of_classes(names: Iterable[str]) -> dict[str, int]:
    """class name -> index from 0."""
    return {name: index for index, name in enumerate(names)}

"""A labelled data set as values: what formats read and write, apart from any workspace."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from enum import StrEnum
from typing import Any

from labelgraft.domain.annotation import PLAIN, Traits
from labelgraft.domain.image import ImageState, RefusedFile, Split
from labelgraft.domain.shapes.keypoints import Skeleton
from labelgraft.domain.shapes.shape import Shape


class Answer(StrEnum):
    """What a person said of an image: its classes hold, do not hold, were passed over, or cannot be told."""

    ACCEPT = "accept"
    REJECT = "reject"
    IGNORE = "ignore"
    UNCLEAR = "unclear"


SET_ASIDE = {Answer.IGNORE: ImageState.SKIPPED, Answer.UNCLEAR: ImageState.UNCLEAR}
"""The answers that leave an image without a class, and the state of an image that they stand for."""


@dataclass(frozen=True, slots=True)
class DatasetInstance:
    """One object of an image: its class and where it is, in pixels of the upright image.

    also: the same object drawn in other ways (a person's outline beside its keypoints). confidence: of a model, 0 to 1;
    None where somebody said so. extras: by format name, what only that format keeps.
    """

    class_name: str
    shape: Shape
    traits: Traits = PLAIN
    also: tuple[Shape, ...] = ()
    confidence: float | None = None
    extras: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class DatasetImage:
    """One image of a data set.

    path: relative to the data set's folder, posix, or absolute. source: the file to copy or link on export,
    absolute, "" where the bytes do not travel. class_names: of the image and its instances, each once, in the order that
    `with_instances` gives; empty = unlabelled. width_px, height_px: of the upright image, 0 where the format does not
    say. extras: by format name, what only that format keeps. finished: somebody said that the instances are all.
    """

    path: str
    class_names: tuple[str, ...] = ()
    split: Split | None = None
    source: str = ""
    width_px: int = 0
    height_px: int = 0
    answer: Answer = Answer.ACCEPT
    extras: Mapping[str, Any] = field(default_factory=dict)
    instances: tuple[DatasetInstance, ...] = ()
    finished: bool = False

    def with_instances(self, instances: Iterable[DatasetInstance]) -> DatasetImage:
        """With these instead of its instances; their classes come first, then those that only the image has."""
        listed = tuple(instances)
        drawn = {one.class_name for one in self.instances}
        whole = (name for name in self.class_names if name not in drawn)
        names = dict.fromkeys([*(one.class_name for one in listed), *whole])
        return replace(self, instances=listed, class_names=tuple(names))


@dataclass(frozen=True, slots=True)
class Dataset:
    """Images with their classes. class_names: every class in order, also those no image has.

    refused: what could not be read, and why. extras: by format name, what only that format keeps of the set. skeletons:
    by class, what its keypoints are. mended: what was repaired while reading shapes, in words, and how often.
    """

    class_names: tuple[str, ...]
    images: tuple[DatasetImage, ...]
    multi_label: bool = False
    refused: tuple[RefusedFile, ...] = ()
    extras: Mapping[str, Any] = field(default_factory=dict)
    skeletons: Mapping[str, Skeleton] = field(default_factory=dict)
    mended: Mapping[str, int] = field(default_factory=dict, compare=False)


class Severity(StrEnum):
    """How much a loss matters: a warning changes labels or drops images; a note does not."""

    NOTE = "note"
    WARNING = "warning"


@dataclass(frozen=True, slots=True)
class Loss:
    """One kind of thing that a format could not hold: what, how many, and some examples."""

    severity: Severity
    what: str
    count: int
    examples: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class LossReport:
    """Everything that a written data set does not hold of the original; empty = lossless."""

    losses: tuple[Loss, ...] = ()

    @property
    def has_warnings(self) -> bool:
        """True if labels changed or images were dropped."""
        return any(loss.severity is Severity.WARNING for loss in self.losses)

"""A labelled data set as values: what formats read and write, apart from any workspace."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any

from labelgraft.domain.image import ImageState, RefusedFile, Split


class Answer(StrEnum):
    """What a person said of an image: its classes hold, do not hold, were passed over, or cannot be told."""

    ACCEPT = "accept"
    REJECT = "reject"
    IGNORE = "ignore"
    UNCLEAR = "unclear"


SET_ASIDE = {Answer.IGNORE: ImageState.SKIPPED, Answer.UNCLEAR: ImageState.UNCLEAR}
"""The answers that leave an image without a class, and the state of an image that they stand for."""


@dataclass(frozen=True, slots=True)
class DatasetImage:
    """One image of a data set.

    path: relative to the data set's folder, posix, or absolute. source: the file to copy or link on export,
    absolute, "" where the bytes do not travel. class_names: empty = unlabelled. width_px, height_px: of the
    upright image, 0 where the format does not say. extras: by format name, what only that format keeps.
    """

    path: str
    class_names: tuple[str, ...] = ()
    split: Split | None = None
    source: str = ""
    width_px: int = 0
    height_px: int = 0
    answer: Answer = Answer.ACCEPT
    extras: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Dataset:
    """Images with their classes. class_names: every class in order, also those no image has.

    refused: what could not be read, and why. extras: by format name, what only that format keeps of the set.
    """

    class_names: tuple[str, ...]
    images: tuple[DatasetImage, ...]
    multi_label: bool = False
    refused: tuple[RefusedFile, ...] = ()
    extras: Mapping[str, Any] = field(default_factory=dict)


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

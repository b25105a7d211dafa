"""What the verbs of a project answer: counts, lists of what was refused, and what to do next."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from labelgraft.domain.ids import ContentHash, ImageId, OperationId
from labelgraft.domain.image import Image, ImageState, RefusedFile
from labelgraft.domain.next_step import NextStep
from labelgraft.domain.operation import Operation
from labelgraft.domain.project import Project
from labelgraft.domain.queue import QueueCard


@dataclass(frozen=True, slots=True)
class DuplicateFile:
    """A file with exactly the bytes of another image of the project."""

    path: str
    original: str


@dataclass(frozen=True, slots=True)
class ImportReport:
    """What an import did.

    known: files that were in the project already. moved: known images whose file was found at another place.
    refused: files and rows that were not taken. labelled: images that came with labels; kept: images whose own
    label differs and stayed; set_aside: images that came as skipped or unclear; rejected: images of which the source
    only says what they are not, which gives no label. operation_id: the one operation that gave labels, splits and
    states. format_reason: which format the source was taken for, and why. instances: shapes that came. mended: what was
    repaired of them, in words, and how often.
    """

    added: int
    known: int
    duplicates: tuple[DuplicateFile, ...]
    refused: tuple[RefusedFile, ...]
    labelled: int
    operation_id: OperationId | None
    format_name: str
    format_reason: str
    moved: int = 0
    kept: int = 0
    set_aside: int = 0
    rejected: int = 0
    instances: int = 0
    mended: Mapping[str, int] = field(default_factory=dict)

    @classmethod
    def from_json(cls, values: Mapping[str, Any]) -> ImportReport:
        """From `dataclasses.asdict` through JSON."""
        duplicates = tuple(DuplicateFile(**each) for each in values["duplicates"])
        refused = tuple(RefusedFile(**each) for each in values["refused"])
        return cls(**{**values, "duplicates": duplicates, "refused": refused})


@dataclass(frozen=True, slots=True)
class EmbedReport:
    """What an embedding pass did. known: images that had this embedding already."""

    backbone: str
    backend: str
    precision: str
    embedded: int
    known: int
    refused: tuple[RefusedFile, ...]

    @classmethod
    def from_json(cls, values: Mapping[str, Any]) -> EmbedReport:
        """From `dataclasses.asdict` through JSON."""
        return cls(**{**values, "refused": tuple(RefusedFile(**each) for each in values["refused"])})


@dataclass(frozen=True, slots=True)
class PredictReport:
    """What a model proposed.

    bands: (lowest, highest confidence, unlabelled images in it, share of them expected to be right), surest
    first.
    """

    model: str
    images: int
    unlabelled: int
    per_class: Mapping[str, int]
    bands: tuple[tuple[float, float, int, float], ...]

    @classmethod
    def from_json(cls, values: Mapping[str, Any]) -> PredictReport:
        """From `dataclasses.asdict` through JSON."""
        return cls(**{**values, "bands": tuple(tuple(band) for band in values["bands"])})


@dataclass(frozen=True, slots=True)
class AcceptReport:
    """What accepting proposals did, or would do; operation is None on a dry run or where nothing fitted."""

    image_count: int
    per_class: Mapping[str, int]
    expected_right: float
    operation: Operation | None
    summary: str


@dataclass(frozen=True, slots=True)
class ListedImage:
    """An image in a list with the names of its classes and of the active model's surest proposal."""

    image: Image
    class_names: tuple[str, ...]
    proposed: str | None
    confidence: float | None


@dataclass(frozen=True, slots=True)
class ImageList:
    """Some images; `next_after` continues the list, None at its end."""

    rows: tuple[ListedImage, ...]
    next_after: ImageId | None


@dataclass(frozen=True, slots=True)
class NextImage:
    """A card of the queue with where its image lies."""

    card: QueueCard
    path: str


@dataclass(frozen=True, slots=True)
class ProjectStatus:
    """How far a project has come. per_class: labelled images by class name. next_step: one sentence."""

    name: str
    images: int
    labelled: int
    proposed: int
    set_aside: int
    per_class: Mapping[str, int]
    models: int
    rounds: int
    next_step: str


@dataclass(frozen=True, slots=True)
class ProjectCard:
    """A project at a glance. mosaic: some of its images, spread over all. last_activity: its newest operation."""

    project: Project
    per_state: Mapping[ImageState, int]
    classes: int
    models: int
    rounds: int
    mosaic: tuple[ContentHash, ...]
    last_activity: datetime
    next_step: NextStep


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing `doctor` looked at: whether it works and what was found, in words."""

    what: str
    works: bool
    found: str

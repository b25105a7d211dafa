"""An operation: one gesture or one job's effect on annotations, recorded, attributed, revertable as a whole."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Any

from labelgraft.domain.annotation import Annotation, Author
from labelgraft.domain.ids import AnnotationId, ClassId, ImageId, ModelId, OperationId, ProposalId
from labelgraft.domain.image import ImageState, Split
from labelgraft.domain.project import LabelClass
from labelgraft.domain.proposal import ProposalState


class Cause(StrEnum):
    """What brought an operation about."""

    HAND = "hand"
    LASSO = "lasso"
    ACCEPT = "accept"
    IMPORT = "import"
    MODEL_RUN = "model-run"
    SPLIT = "split"
    CLASSES = "classes"
    AUDIT = "audit"
    REVERT = "revert"


@dataclass(frozen=True, slots=True)
class AnnotationChange:
    """One annotation before and after; None means that it did not exist."""

    image_id: ImageId
    annotation_id: AnnotationId
    before: Annotation | None
    after: Annotation | None


@dataclass(frozen=True, slots=True)
class ImageFields:
    """What an operation may change of an image itself."""

    state: ImageState
    split: Split | None
    folder: str


@dataclass(frozen=True, slots=True)
class ImageChange:
    """An image's own fields before and after."""

    image_id: ImageId
    before: ImageFields
    after: ImageFields


@dataclass(frozen=True, slots=True)
class ClassChange:
    """A class before and after; None means that the project did not have it."""

    class_id: ClassId
    before: LabelClass | None
    after: LabelClass | None


@dataclass(frozen=True, slots=True)
class ProposalChange:
    """A model's proposal rejected by a person, or no longer: rejected says how it is afterwards."""

    image_id: ImageId
    class_id: ClassId
    model_id: ModelId
    rejected: bool


@dataclass(frozen=True, slots=True)
class ProposedShapeChange:
    """A proposed shape accepted or rejected, or no longer."""

    image_id: ImageId
    proposal_id: ProposalId
    before: ProposalState
    after: ProposalState


@dataclass(frozen=True, slots=True)
class Changes:
    """Everything that one operation changed, in order."""

    annotations: tuple[AnnotationChange, ...] = ()
    images: tuple[ImageChange, ...] = ()
    classes: tuple[ClassChange, ...] = ()
    proposals: tuple[ProposalChange, ...] = ()
    proposed_shapes: tuple[ProposedShapeChange, ...] = ()


@dataclass(frozen=True, slots=True)
class Operation:
    """One entry of the history.

    image_count: images touched. detail: what caused it (the lasso's polygon and map round, the threshold,
    the source file), as JSON values. reverts: the operation that this one takes back.
    reverted_by: the latest operation that took this one back.
    """

    id: OperationId
    author: Author
    cause: Cause
    made_at: datetime
    summary: str
    image_count: int
    detail: Mapping[str, Any] = field(default_factory=dict)
    reverts: OperationId | None = None
    reverted_by: OperationId | None = None


@dataclass(frozen=True, slots=True)
class Overridden:
    """A later operation that a revert would override, and on how many images."""

    operation: Operation
    image_count: int


@dataclass(frozen=True, slots=True)
class RevertReport:
    """What taking back an operation does.

    operation: the new operation, None on a dry run or where nothing was left to take back.
    overridden: later operations whose changes on the same images are lost by it, oldest first.
    """

    reverted: Operation
    operation: Operation | None
    image_count: int
    overridden: tuple[Overridden, ...]

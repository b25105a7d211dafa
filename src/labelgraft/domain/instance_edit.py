"""One gesture of the editor: what it does to the instances of one image."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from labelgraft.domain.annotation import PLAIN, Traits
from labelgraft.domain.ids import AnnotationId, ClassId, ImageId, ProposalId
from labelgraft.domain.operation import Operation
from labelgraft.domain.project import Task
from labelgraft.domain.shapes.shape import Shape, ShapeKind

KINDS_OF_TASK: Mapping[Task, frozenset[ShapeKind]] = {
    Task.CLASSIFICATION: frozenset(),
    Task.DETECTION: frozenset({ShapeKind.BOX, ShapeKind.ROTATED_BOX}),
    Task.INSTANCE_SEGMENTATION: frozenset({ShapeKind.POLYGON, ShapeKind.MASK}),
    Task.SEMANTIC_SEGMENTATION: frozenset({ShapeKind.POLYGON, ShapeKind.MASK}),
    Task.KEYPOINTS: frozenset({ShapeKind.KEYPOINTS}),
}
"""What is drawn where, so that every instance of a project can be trained on and scored in one way."""


@dataclass(frozen=True, slots=True)
class NewInstance:
    """An instance that comes. corrects: the proposal that a person took and changed; it counts as accepted."""

    class_id: ClassId
    shape: Shape
    traits: Traits = PLAIN
    corrects: ProposalId | None = None


@dataclass(frozen=True, slots=True)
class ChangedInstance:
    """An instance as it is wanted; what stays is given again."""

    id: AnnotationId
    class_id: ClassId
    shape: Shape
    traits: Traits = PLAIN


@dataclass(frozen=True, slots=True)
class InstanceEdit:
    """What one gesture does to one image; everything together is one operation.

    accepted, rejected: open proposals, as they are. finished: True where the person says that these are all, False where
    they say that they are not, None where they say nothing.
    """

    image_id: ImageId
    new: tuple[NewInstance, ...] = ()
    changed: tuple[ChangedInstance, ...] = ()
    removed: tuple[AnnotationId, ...] = ()
    accepted: tuple[ProposalId, ...] = ()
    rejected: tuple[ProposalId, ...] = ()
    finished: bool | None = None


@dataclass(frozen=True, slots=True)
class EditReport:
    """What a gesture of the editor did.

    operation: None where everything was as wanted. new_ids: of the instances that came, those of `new` first, then those
    of `accepted`, in order. revision: of the image now. notices: what was mended, in words.
    """

    operation: Operation | None
    new_ids: tuple[AnnotationId, ...]
    revision: int
    notices: tuple[str, ...] = ()

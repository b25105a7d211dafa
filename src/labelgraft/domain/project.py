"""A project: a task, its classes, its images and all that happened to them."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from labelgraft.domain.ids import ClassId, ModelId, ProjectId
from labelgraft.domain.shapes.keypoints import Skeleton


class Task(StrEnum):
    """What is labelled in an image."""

    CLASSIFICATION = "classification"
    DETECTION = "detection"
    INSTANCE_SEGMENTATION = "instance-segmentation"
    SEMANTIC_SEGMENTATION = "semantic-segmentation"
    KEYPOINTS = "keypoints"

    @property
    def draws_shapes(self) -> bool:
        """Whether annotations have shapes; else they are of the whole image."""
        return self is not Task.CLASSIFICATION

    @property
    def is_learnt(self) -> bool:
        """Whether models that are trained here learn it; else models from files propose."""
        return self in (Task.CLASSIFICATION, Task.DETECTION)


@dataclass(frozen=True, slots=True)
class Project:
    """One project of a workspace.

    multi_label: an image may have several classes (classification only).
    backbone: name of the backbone whose embedding the map and the heads use.
    active_model_id: the model whose proposals are shown, if any was trained.
    """

    id: ProjectId
    name: str
    task: Task
    multi_label: bool
    backbone: str
    active_model_id: ModelId | None
    created_at: datetime


@dataclass(frozen=True, slots=True)
class LabelClass:
    """A class of a project: a name with colour (#rrggbb) and key (one character, or none).

    skeleton: what its keypoints are, None where it has none.
    """

    id: ClassId
    name: str
    colour: str
    key: str | None
    position: int
    skeleton: Skeleton | None = None


CLASS_COLOURS = (
    "#4c78a8", "#f58518", "#54a24b", "#e45756", "#72b7b2", "#b279a2", "#eeca3b", "#9d755d",
    "#2f6db5", "#d6616b", "#8ca252", "#ff9da6", "#637939", "#7b4173", "#bd9e39", "#17becf",
)  # fmt: skip
"""Colours given to classes in turn; told apart on light and dark ground."""

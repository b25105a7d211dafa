"""Where a project stands: what to do next, how far each class is, whether more labels are worth it, how long it takes."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any

from labelgraft.domain.ids import ClassId, ModelId
from labelgraft.domain.image import ImageState
from labelgraft.domain.model import Interval


class ActionKind(StrEnum):
    """What the one button of the overview does."""

    ADD_IMAGES = "add-images"
    SET_CLASSES = "set-classes"
    LAY_OUT = "lay-out"
    LABEL = "label"
    TRAIN = "train"
    PREDICT = "predict"
    ACCEPT = "accept"
    REVIEW = "review"
    EXPORT = "export"


@dataclass(frozen=True, slots=True)
class NextAction:
    """The next step. sentence: for the page; button: for the button. params: of the action (count, order, threshold)."""

    kind: ActionKind
    sentence: str
    button: str
    params: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class ClassProgress:
    """One class. labelled = by_hand + accepted + imported; proposed: images with only a proposal, their surest."""

    class_id: ClassId
    name: str
    colour: str
    by_hand: int
    accepted: int
    imported: int
    proposed: int

    @property
    def labelled(self) -> int:
        """Images that have the class."""
        return self.by_hand + self.accepted + self.imported


@dataclass(frozen=True, slots=True)
class ModelPoint:
    """One model on the curve of what was reached. accuracy: None where nothing was held out."""

    model_id: ModelId
    name: str
    labels_used: int
    accuracy: Interval | None
    measured_on: str
    created_at: datetime
    active: bool


@dataclass(frozen=True, slots=True)
class RoundPoint:
    """One round of the map with its purity."""

    number: int
    embedding: str
    purity: float | None
    created_at: datetime


@dataclass(frozen=True, slots=True)
class CurvePoint:
    """So many labels gave this accuracy on images that were held out."""

    labels: int
    accuracy: Interval


@dataclass(frozen=True, slots=True)
class Gain:
    """What the next labels are expected to bring, as a difference of accuracies with its 95 % interval, 0 to 1."""

    labels: int
    value: float
    low: float
    high: float


@dataclass(frozen=True, slots=True)
class LearningCurve:
    """Accuracy against the number of labels, measured on subsets of the labels of now.

    points: measured, ascending. now, later: what the fitted curve says of all labels and of some more. floor: the error
    that it says no number of labels will go below. worth: whether the next labels may bring half a point or more; None
    where that cannot be told. words: all of it in sentences. labels: how many there were.
    """

    labels: int
    points: tuple[CurvePoint, ...]
    now: float
    later: tuple[tuple[int, float], ...]
    floor: float
    gain: Gain
    worth: bool | None
    words: str


@dataclass(frozen=True, slots=True)
class Pace:
    """How long a label takes a person, by the times of the operations; gaps of more than two minutes are not work.

    one_by_one: median seconds of a gesture on a single image. without, with_proposals: seconds per label over all gestures
    before a model proposed anything, and since. *_gestures: how many were measured. hours_left_*: for the images without a
    label; None where too few gestures were measured. words: in a sentence.
    """

    one_by_one: float | None
    one_by_one_gestures: int
    without: float | None
    without_gestures: int
    with_proposals: float | None
    with_gestures: int
    remaining: int
    hours_left_one_by_one: float | None
    hours_left_with_proposals: float | None
    words: str


@dataclass(frozen=True, slots=True)
class Overview:
    """Everything the overview shows.

    operation_id: the newest operation that it knows of. sure: proposals of at least `sure_from`; doubtful: those below.
    curve: the newest learning curve, of as many labels as it says; computing: a newer one is on its way; curve_reason: why
    there is none.
    """

    operation_id: int
    next: NextAction
    per_state: Mapping[ImageState, int]
    per_class: tuple[ClassProgress, ...]
    sure: int
    sure_from: float
    doubtful: int
    models: tuple[ModelPoint, ...]
    rounds: tuple[RoundPoint, ...]
    pace: Pace
    curve: LearningCurve | None
    computing: bool
    curve_reason: str

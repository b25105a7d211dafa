"""What to do next in a project."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum

from labelgraft.domain.image import ImageState
from labelgraft.domain.project import Task

ENOUGH_TO_TRAIN = 20
"""Labels before the first training."""
LEAST_NEW = 10
"""Labels before another one."""


class NextStep(StrEnum):
    """The one thing that brings a project on."""

    ADD_IMAGES = "add-images"
    SET_CLASSES = "set-classes"
    LAY_OUT = "lay-out"
    LABEL = "label"
    TRAIN = "train"
    PREDICT = "predict"
    REVIEW = "review"
    EXPORT = "export"


@dataclass(frozen=True, slots=True)
class Learnt:
    """What was trained so far.

    trained_on: labelled images that the last model trained here used, None before any. chosen_since: images that a person
    chose a class for since; accepted proposals teach a model little that is new. has_proposed: whether the active model was
    asked for proposals.
    """

    trained_on: int | None
    chosen_since: int
    has_proposed: bool


def next_step(
    per_state: Mapping[ImageState, int], *, task: Task, classes: int, rounds: int, learnt: Learnt
) -> NextStep:
    """The next step of a project with so many images in each state, classes, and rounds of its map.

    Where shapes are drawn one class is enough, and what was learnt from some finished images proposes for the others.
    """
    if not sum(per_state.values()):
        return NextStep.ADD_IMAGES
    if classes < (1 if task.draws_shapes else 2):
        return NextStep.SET_CLASSES
    if not rounds:
        return NextStep.LAY_OUT
    if not per_state[ImageState.NEW] + per_state[ImageState.PROPOSED] + per_state[ImageState.DRAFT]:
        return NextStep.EXPORT
    return _drawing(per_state, task, learnt) if task.draws_shapes else _classifying(per_state, learnt)


def _classifying(per_state: Mapping[ImageState, int], learnt: Learnt) -> NextStep:
    if per_state[ImageState.LABELLED] < ENOUGH_TO_TRAIN:
        return NextStep.LABEL
    if learnt.trained_on is None or learnt.chosen_since >= max(LEAST_NEW, learnt.trained_on // 5):
        return NextStep.TRAIN
    return NextStep.REVIEW if per_state[ImageState.PROPOSED] else NextStep.PREDICT


def _drawing(per_state: Mapping[ImageState, int], task: Task, learnt: Learnt) -> NextStep:
    """A training takes a minute or more, so it waits until half as much again was drawn; accepted shapes teach as well."""
    finished, before = per_state[ImageState.LABELLED], learnt.trained_on
    enough = ENOUGH_TO_TRAIN if before is None else before + max(LEAST_NEW, before // 2)
    if task.is_learnt and finished >= enough:
        return NextStep.TRAIN
    if per_state[ImageState.PROPOSED]:
        return NextStep.REVIEW
    if before is not None and per_state[ImageState.NEW] and not learnt.has_proposed:
        return NextStep.PREDICT
    return NextStep.LABEL

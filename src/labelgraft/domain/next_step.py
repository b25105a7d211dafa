"""What to do next in a project."""

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum

from labelgraft.domain.image import ImageState

ENOUGH_TO_TRAIN = 20
"""Labels before the first training."""


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


def next_step(
    per_state: Mapping[ImageState, int],
    *,
    classes: int,
    rounds: int,
    trained_on: int | None,
    chosen_since: int,
    draws_shapes: bool = False,
) -> NextStep:
    """The next step of a project with so many images in each state, classes, and rounds of its map.

    trained_on: labels that the last model used, None before any. chosen_since: images that a person chose a class for since;
    accepted proposals teach a model little that is new. draws_shapes: one class is enough then, and people draw until a
    model proposes.
    """
    labelled = per_state[ImageState.LABELLED]
    if not sum(per_state.values()):
        return NextStep.ADD_IMAGES
    if classes < (1 if draws_shapes else 2):
        return NextStep.SET_CLASSES
    if not rounds:
        return NextStep.LAY_OUT
    if not per_state[ImageState.NEW] + per_state[ImageState.PROPOSED] + per_state[ImageState.DRAFT]:
        return NextStep.EXPORT
    if draws_shapes:
        return NextStep.REVIEW if per_state[ImageState.PROPOSED] else NextStep.LABEL
    if labelled < ENOUGH_TO_TRAIN:
        return NextStep.LABEL
    if trained_on is None or chosen_since >= max(10, trained_on // 5):
        return NextStep.TRAIN
    return NextStep.REVIEW if per_state[ImageState.PROPOSED] else NextStep.PREDICT

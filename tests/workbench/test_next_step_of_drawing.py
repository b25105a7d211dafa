"""What to do next where shapes are drawn."""

from __future__ import annotations

from pathlib import Path

import numpy as np
from PIL import Image

import labelgraft
from labelgraft.domain.image import ImageState
from labelgraft.domain.next_step import Learnt, NextStep, next_step
from labelgraft.domain.overview import ActionKind
from labelgraft.domain.project import Task


def counts(**given: int) -> dict[ImageState, int]:
    """Images per state, none in those that are not given."""
    return {state: given.get(state.value, 0) for state in ImageState}


def step(
    per_state: dict[ImageState, int], classes: int = 1, task: Task = Task.DETECTION, *, trained_on: int | None = None,
    has_proposed: bool = False,
) -> NextStep:  # fmt: skip
    """The step of a project that has a map and many drawings."""
    learnt = Learnt(trained_on=trained_on, chosen_since=50, has_proposed=has_proposed)
    return next_step(per_state, task=task, classes=classes, rounds=1, learnt=learnt)


def test_one_class_is_enough_and_people_draw_until_there_is_enough_to_learn_from() -> None:
    assert step(counts(new=5), classes=0) is NextStep.SET_CLASSES
    assert step(counts(new=5, labelled=19)) is NextStep.LABEL
    assert step(counts(draft=1, labelled=19)) is NextStep.LABEL
    assert step(counts(proposed=3, new=5)) is NextStep.REVIEW
    assert step(counts(new=5, labelled=20)) is NextStep.TRAIN
    assert step(counts(labelled=40, skipped=2)) is NextStep.EXPORT


def test_after_a_training_the_model_proposes_and_learns_again_when_half_as_much_was_drawn_since() -> None:
    assert step(counts(new=50, labelled=20), trained_on=20) is NextStep.PREDICT
    assert step(counts(new=9, proposed=41, labelled=20), trained_on=20, has_proposed=True) is NextStep.REVIEW
    assert step(counts(proposed=31, labelled=30), trained_on=20, has_proposed=True) is NextStep.TRAIN
    assert step(counts(proposed=31, labelled=59), trained_on=40, has_proposed=True) is NextStep.REVIEW
    # Where the model found nothing, somebody draws.
    assert step(counts(new=9, labelled=29), trained_on=20, has_proposed=True) is NextStep.LABEL


def test_what_no_head_of_ours_learns_is_not_trained() -> None:
    for task in Task:
        if not task.is_learnt:
            assert step(counts(new=5, labelled=40), task=task) is NextStep.LABEL


def test_the_sentence_speaks_of_drawing(tmp_path: Path) -> None:
    photos = tmp_path / "photos"
    photos.mkdir()
    for number in range(3):
        pixels = np.random.default_rng(number).integers(0, 255, (40, 50, 3), dtype=np.uint8)
        Image.fromarray(pixels).save(photos / f"{number}.png")
    with labelgraft.open(tmp_path / "workspace", create=True) as bench:
        project = bench.new_project("cells", task="detection", backbone="color-histogram")
        project.add_images(photos)
        assert project.overview().next.sentence == "Say which classes of objects there are; one is enough."
        project.set_classes(["cell"])
        project.map()
        told = project.overview().next
        assert (told.kind, told.sentence, told.button) == (
            ActionKind.LABEL, "Draw what is in the images: 3 are not finished.", "Draw in these 3",
        )  # fmt: skip

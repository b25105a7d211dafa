"""What to do next where shapes are drawn."""

from __future__ import annotations

from pathlib import Path

import numpy as np
from PIL import Image

import labelgraft
from labelgraft.domain.image import ImageState
from labelgraft.domain.next_step import NextStep, next_step
from labelgraft.domain.overview import ActionKind


def counts(**given: int) -> dict[ImageState, int]:
    """Images per state, none in those that are not given."""
    return {state: given.get(state.value, 0) for state in ImageState}


def step(per_state: dict[ImageState, int], classes: int = 1) -> NextStep:
    """The step of a project that has a map, many drawings and no model."""
    return next_step(
        per_state, classes=classes, rounds=1, trained_on=None, chosen_since=50, draws_shapes=True
    )


def test_one_class_is_enough_and_people_draw_until_all_is_finished() -> None:
    assert step(counts(new=5), classes=0) is NextStep.SET_CLASSES
    assert step(counts(new=5, labelled=40)) is NextStep.LABEL
    assert step(counts(draft=1, labelled=40)) is NextStep.LABEL
    assert step(counts(proposed=3, new=5)) is NextStep.REVIEW
    assert step(counts(labelled=40, skipped=2)) is NextStep.EXPORT


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

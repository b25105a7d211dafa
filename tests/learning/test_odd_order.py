"""The odd ones of a selection come first, even where they are many."""

from __future__ import annotations

import numpy as np

from labelgraft.learning.doubtful_labels import contradicted
from labelgraft.learning.odd_order import oddness_in


def cloud(
    dice: np.random.Generator, count: int, towards: int
) -> np.ndarray[tuple[int, int], np.dtype[np.float32]]:
    rows = dice.normal(0, 0.1, (count, 8))
    rows[:, towards] += 1
    return rows.astype(np.float32)


def test_a_quarter_of_odd_ones_does_not_draw_the_centre_to_itself() -> None:
    dice = np.random.default_rng(0)
    odd = oddness_in(np.concatenate([cloud(dice, 75, 0), cloud(dice, 25, 1)]))
    assert set(np.argsort(-odd)[:25].tolist()) == set(range(75, 100))
    assert (odd[75:] > 10).all()
    assert np.median(np.abs(odd[:75])) < 2


def test_two_images_or_equal_ones_are_not_odd() -> None:
    assert oddness_in(np.ones((2, 4), np.float32)).tolist() == [0, 0]
    assert oddness_in(np.ones((50, 4), np.float32)).tolist() == [0] * 50
    assert oddness_in(np.zeros((0, 4), np.float32)).tolist() == []


def test_labels_that_most_neighbours_contradict_are_found_and_no_others() -> None:
    dice = np.random.default_rng(0)
    rows = np.concatenate([cloud(dice, 40, 0), cloud(dice, 40, 1)])
    classes = np.repeat([5, 9], 40)
    classes[[3, 60]] = [9, 5]
    assert np.flatnonzero(contradicted(rows, classes)).tolist() == [3, 60]
    assert not contradicted(rows[:10], classes[:10]).any()

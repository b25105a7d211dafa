"""The learning curve: laws of its fit, and on embeddings whose curve is known."""

from __future__ import annotations

from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from labelgraft.domain.arrays import Floats, Ints
from labelgraft.errors import NotEnoughLabels
from labelgraft.learning.comparison import ridge_scores
from labelgraft.learning.learning_curve import error_at, fit, hits, in_turn, measure_curve, sizes_for

SIZES = np.geomspace(6, 400, 7)


def blobs(count: int, spread: float, classes: int = 4, width: int = 24) -> tuple[Floats, Ints]:
    rng = np.random.default_rng(count)
    target = np.arange(count) % classes
    centre = np.random.default_rng(1).normal(size=(classes, width))
    return (centre[target] + spread * rng.normal(size=(count, width))).astype(np.float32), target


@settings(max_examples=60, deadline=None)
@given(a=st.floats(0, 0.4), b=st.floats(0.05, 2), c=st.floats(0.2, 1.8))
def test_a_curve_of_the_fitted_form_is_found_again(a: float, b: float, c: float) -> None:
    errors = a + b * SIZES**-c
    found = fit(SIZES, errors, np.ones(7))
    for labels in (10, 100, 400):
        assert error_at(found, labels) == pytest.approx(min(1.0, a + b * labels**-c), abs=0.01)


@settings(max_examples=80, deadline=None)
@given(st.lists(st.floats(0, 1), min_size=7, max_size=7), st.integers(1, 2000))
def test_more_labels_are_never_told_to_be_worse(errors: list[float], labels: int) -> None:
    found = fit(SIZES, np.array(errors), np.ones(7))
    told = [error_at(found, labels + more) for more in (0, 10, 50, 500)]
    assert all(later <= earlier + 1e-12 for earlier, later in pairwise(told))
    assert all(0 <= each <= 1 for each in told)


def test_well_told_classes_need_no_more_labels_and_hard_ones_do() -> None:
    easy = measure_curve(*blobs(200, 0.3))
    assert easy.worth is False
    assert easy.now > 0.99
    assert "hardly help" in easy.words
    hard = measure_curve(*blobs(200, 3.0))
    assert hard.points[0].accuracy.value < hard.points[-1].accuracy.value
    assert hard.gain.value > easy.gain.value
    assert hard.gain.low <= hard.gain.value <= hard.gain.high


def test_what_the_curve_foretells_comes_about_within_its_interval() -> None:
    """Carried on from 150 labels to 200, and measured with 250, of which four fifths are trained on."""
    rows, target = blobs(600, 2.0)
    before = measure_curve(rows[:150], target[:150])
    after = measure_curve(rows, target)
    reached = next(point for point in after.points if point.labels > 180)
    assert dict(before.later)[200] == pytest.approx(reached.accuracy.value, abs=0.06)


def test_the_same_labels_and_seed_give_the_same_curve() -> None:
    rows, target = blobs(60, 1.0)
    assert measure_curve(rows, target, seed=2) == measure_curve(rows, target, seed=2)


def test_several_classes_per_image_are_scored_by_the_share_that_is_found() -> None:
    scores = np.array([[0.9, 0.8, 0.1], [0.2, 0.9, 0.8]])
    truth = np.array([[True, False, True], [False, True, True]])
    assert hits(scores, truth).tolist() == [0.5, 1.0]
    rows, target = blobs(80, 0.5, classes=3)
    several = np.eye(3, dtype=bool)[target] | (np.arange(80)[:, None] % 5 == np.arange(3))
    assert measure_curve(rows, several).points[-1].accuracy.value > 0.6


def test_too_few_labels_or_one_class_have_no_curve() -> None:
    rows, target = blobs(19, 1.0)
    with pytest.raises(NotEnoughLabels, match="found 19 labels"):
        measure_curve(rows, target)
    rows, _ = blobs(40, 1.0)
    with pytest.raises(NotEnoughLabels, match="of 1 classes"):
        measure_curve(rows, np.zeros(40, np.int64))


@given(st.integers(5, 5000), st.integers(1, 300))
def test_sizes_go_up_to_four_fifths(count: int, classes: int) -> None:
    sizes = sizes_for(count, classes)
    assert sizes == sorted(set(sizes))
    assert sizes[-1] == int(count * 0.8)
    assert sizes[0] >= 1


def test_classes_come_in_turn() -> None:
    truth = np.eye(3, dtype=bool)[np.array([0] * 10 + [1] * 3 + [2] * 5)]
    order = in_turn(truth, np.arange(18), np.random.default_rng(0))
    assert sorted(order.tolist()) == list(range(18))
    assert sorted(truth[order[:3]].argmax(axis=1).tolist()) == [0, 1, 2]
    assert sorted(truth[order[:9]].argmax(axis=1).tolist()) == [0, 0, 0, 1, 1, 1, 2, 2, 2]


@settings(max_examples=30, deadline=None)
@given(seed=st.integers(0, 1000), count=st.integers(3, 40), width=st.integers(2, 40))
def test_few_and_many_rows_are_solved_alike(seed: int, count: int, width: int) -> None:
    """The same rows with empty numbers beside them are wider than they are many, and ask for the other solution."""
    rng = np.random.default_rng(seed)
    train, test = rng.normal(size=(count, width)), rng.normal(size=(4, width))
    target = np.eye(2)[rng.integers(0, 2, count)]
    one = ridge_scores(train, target, test)
    other = ridge_scores(np.pad(train, ((0, 0), (0, 60))), target, np.pad(test, ((0, 0), (0, 60))))
    np.testing.assert_allclose(one, other, atol=1e-5)

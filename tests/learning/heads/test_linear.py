"""The linear head against scikit-learn, and the shortcuts that make it quick."""

from __future__ import annotations

import numpy as np
import pytest
from numpy.testing import assert_allclose
from sklearn.linear_model import LogisticRegression

from labelgraft.domain.arrays import Floats
from labelgraft.domain.split import folds_by_group
from labelgraft.learning.heads.frame import Frame
from labelgraft.learning.heads.linear import fit_linear
from labelgraft.learning.heads.logistic import solve, span
from labelgraft.learning.heads.targets import Targets


def drawn(count: int, width: int, seed: int = 0) -> Floats:
    return np.random.default_rng(seed).normal(size=(count, width)).astype(np.float32)


@pytest.mark.parametrize("looseness", [0.3, 25.0])
def test_weights_give_the_probabilities_of_scikit_learn(looseness: float) -> None:
    rows, classes = drawn(60, 10), np.arange(60) % 3
    targets = Targets.of(classes, 3, multi_label=False)
    ones = np.ones(60, np.float32)
    ours = solve(rows, targets.taught(), looseness, importance=ones, multi_label=False, start=None)
    theirs = LogisticRegression(C=looseness, max_iter=2000, tol=1e-8).fit(rows, classes)
    raised = np.exp(rows @ ours[:-1] + ours[-1])
    assert_allclose(raised / raised.sum(axis=1, keepdims=True), theirs.predict_proba(rows), atol=5e-3)


def test_the_span_of_few_rows_is_exact() -> None:
    rows = drawn(7, 100)
    rows[6] = rows[5]
    coordinates, axes = span(rows)
    assert axes is not None
    assert coordinates.shape == (7, 6)
    assert_allclose(coordinates @ axes, rows, atol=1e-4)
    assert_allclose(axes @ axes.T, np.eye(6), atol=1e-4)


def test_more_rows_than_numbers_are_left_as_they_are() -> None:
    rows = drawn(20, 5)
    coordinates, axes = span(rows)
    assert axes is None
    assert coordinates is rows


def test_the_frame_centres_and_scales_but_keeps_lengths_apart() -> None:
    rows = 4 + 3 * drawn(500, 8)
    placed = Frame.of(rows).apply(rows)
    assert_allclose(placed.mean(axis=0), 0, atol=1e-4)
    assert (placed**2).sum(axis=1).mean() == pytest.approx(1, rel=1e-4)
    assert (placed**2).sum(axis=1).std() > 0.1


def test_equal_embeddings_are_no_riddle() -> None:
    rows = np.ones((6, 4), np.float32)
    targets = Targets.of(np.array([0, 0, 0, 0, 1, 1]), 2, multi_label=False)
    folds = np.full(6, -1)
    head = fit_linear(rows, targets, ("a", "b"), folds=folds).head
    logits = head.logits(rows)
    assert np.isfinite(logits).all()
    assert (logits.argmax(axis=1) == 0).all()


def test_noise_is_held_tighter_than_a_clear_case() -> None:
    classes = np.arange(100) % 2
    clear = drawn(100, 30)
    clear[:, 0] += 8 * classes
    folds = folds_by_group(classes, np.arange(100), fold_count=5, seed=0)
    targets = Targets.of(classes, 2, multi_label=False)
    noise = fit_linear(drawn(100, 30, seed=1), targets, ("a", "b"), folds=folds)
    sure = fit_linear(clear, targets, ("a", "b"), folds=folds)
    assert noise.head.looseness < sure.head.looseness


def test_out_of_fold_logits_come_from_heads_that_did_not_see_the_image() -> None:
    """With labels at random and more numbers than images, a head knows its own images by heart."""
    rows, classes = drawn(60, 200), np.random.default_rng(1).integers(0, 2, 60)
    targets = Targets.of(classes, 2, multi_label=False)
    folds = folds_by_group(classes, np.arange(60), fold_count=5, seed=0)
    fitted = fit_linear(rows, targets, ("a", "b"), folds=folds, loosenesses=(600.0,))
    assert (fitted.head.logits(rows).argmax(axis=1) == classes).mean() == 1
    assert (fitted.out_of_fold.argmax(axis=1) == classes).mean() < 0.75


def test_over_1500_labels_the_sweep_is_shorter_and_every_label_is_still_held_out_once() -> None:
    classes = np.arange(1600) % 2
    rows = drawn(1600, 12)
    rows[:, 3] += 3 * classes
    folds = folds_by_group(classes, np.arange(1600), fold_count=3, seed=0)
    fitted = fit_linear(rows, Targets.of(classes, 2, multi_label=False), ("a", "b"), folds=folds)
    assert np.isfinite(fitted.out_of_fold).all()
    assert (fitted.out_of_fold.argmax(axis=1) == classes).mean() > 0.9


def test_a_thousand_classes_with_one_label_each_are_told_apart() -> None:
    classes = np.arange(1000)
    rows = drawn(1000, 32, seed=5)
    names = tuple(f"class {i}" for i in range(1000))
    targets = Targets.of(classes, 1000, multi_label=False)
    fitted = fit_linear(rows, targets, names, folds=np.full(1000, -1), loosenesses=(600.0,))
    assert (fitted.head.logits(rows).argmax(axis=1) == classes).mean() > 0.99

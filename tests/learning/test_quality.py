"""Quality agrees with scikit-learn, and its intervals with the published figures."""

from __future__ import annotations

import numpy as np
import pytest
from sklearn import metrics

from labelgraft.domain.arrays import Floats, Ints
from labelgraft.errors import ShapeMismatch
from labelgraft.learning.quality import confusion_matrix, learning_point, measure


def drawn(seed: int, count: int = 80, classes: int = 4) -> tuple[Floats, Ints]:
    rng = np.random.default_rng(seed)
    return rng.dirichlet(np.ones(classes), count).astype(np.float32), rng.integers(0, classes, count)


@pytest.mark.parametrize("seed", range(5))
def test_numbers_equal_those_of_scikit_learn(seed: int) -> None:
    shares, true = drawn(seed)
    found = measure(shares, true, ("a", "b", "c", "d"), measured_on="test split")
    said = shares.argmax(axis=1)
    assert found.accuracy.value == pytest.approx(metrics.accuracy_score(true, said))
    doubles = shares.astype(np.float64)
    doubles /= doubles.sum(axis=1, keepdims=True)
    assert found.log_loss == pytest.approx(metrics.log_loss(true, doubles, labels=range(4)), abs=1e-5)
    precision, recall, _, support = metrics.precision_recall_fscore_support(
        true, said, labels=range(4), zero_division=0
    )
    assert [c.precision.value for c in found.per_class] == pytest.approx(precision.tolist())
    assert [c.recall.value for c in found.per_class] == pytest.approx(recall.tolist())
    assert [c.support for c in found.per_class] == support.tolist()
    assert (confusion_matrix(true, said, 4) == metrics.confusion_matrix(true, said, labels=range(4))).all()


def test_with_several_classes_numbers_equal_those_of_scikit_learn() -> None:
    rng = np.random.default_rng(0)
    shares, true = rng.random((60, 3)).astype(np.float32), rng.random((60, 3)) < 0.4
    found = measure(shares, true, ("a", "b", "c"), measured_on="test split", multi_label=True)
    said = shares >= 0.5
    assert found.accuracy.value == pytest.approx(metrics.accuracy_score(true, said))
    recall = metrics.recall_score(true, said, average=None)
    assert [c.recall.value for c in found.per_class] == pytest.approx(recall.tolist())
    expected = np.mean([metrics.log_loss(true[:, c], shares[:, c]) for c in range(3)])
    assert found.log_loss == pytest.approx(expected, abs=1e-5)


def test_nothing_held_out_gives_the_whole_interval() -> None:
    found = measure(np.zeros((0, 2), np.float32), np.zeros(0, np.int64), ("a", "b"), measured_on="K-fold")
    assert (found.accuracy.low, found.accuracy.high, found.accuracy.count) == (0, 1, 0)
    assert learning_point(3, found).labels == 3


def test_a_class_that_was_never_said_has_no_precision_but_its_recall() -> None:
    shares = np.array([[0.9, 0.1], [0.8, 0.2]], np.float32)
    found = measure(shares, np.array([0, 1]), ("a", "b"), measured_on="K-fold")
    assert found.per_class[1].precision.count == 0
    assert found.per_class[1].recall.value == 0
    assert found.per_class[1].recall.count == 1


def test_probabilities_of_other_classes_are_refused() -> None:
    with pytest.raises(ShapeMismatch, match="3 class"):
        measure(np.zeros((2, 2), np.float32), np.zeros(2, np.int64), ("a", "b", "c"), measured_on="K-fold")

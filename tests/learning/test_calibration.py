"""A temperature never changes the answer, only how sure it is."""

from __future__ import annotations

import hypothesis.strategies as st
import numpy as np
import pytest
from hypothesis import given
from hypothesis.extra.numpy import arrays

from labelgraft.domain.arrays import Floats
from labelgraft.errors import ShapeMismatch
from labelgraft.learning.calibration import (
    expected_calibration_error,
    fit_temperature,
    log_loss,
    probabilities,
)

LOGITS = arrays(np.float32, st.tuples(st.integers(1, 30), st.integers(1, 5)),
                elements=st.floats(-30, 30, width=32))  # fmt: skip


@given(logits=LOGITS, data=st.data())
def test_the_temperature_is_positive_and_never_worse_than_none_on_its_own_labels(
    logits: Floats, data: st.DataObject
) -> None:
    count, classes = logits.shape
    targets = data.draw(arrays(np.int64, count, elements=st.integers(0, classes - 1)))
    temperature = fit_temperature(logits, targets)
    assert temperature > 0
    assert log_loss(logits, targets, temperature) <= log_loss(logits, targets) + 1e-9


@given(logits=LOGITS, data=st.data())
def test_the_same_holds_with_several_classes_per_image(logits: Floats, data: st.DataObject) -> None:
    targets = data.draw(arrays(np.bool_, logits.shape))
    temperature = fit_temperature(logits, targets, multi_label=True)
    assert temperature > 0
    fitted = log_loss(logits, targets, temperature, multi_label=True)
    assert fitted <= log_loss(logits, targets, multi_label=True) + 1e-9


@given(logits=LOGITS, temperature=st.floats(0.05, 20))
def test_probabilities_sum_to_one_and_keep_the_best_class(logits: Floats, temperature: float) -> None:
    shares = probabilities(logits, temperature)
    assert shares.sum(axis=1) == pytest.approx(1, abs=1e-5)
    best = np.take_along_axis(shares, logits.argmax(axis=1)[:, None], axis=1)[:, 0]
    assert (best >= shares.max(axis=1)).all()


def test_a_head_that_is_too_sure_is_cooled_to_its_true_share() -> None:
    logits = np.tile(np.array([[5.0, 0.0]], np.float32), (1000, 1))
    targets = (np.arange(1000) < 300).astype(np.int64)
    temperature = fit_temperature(logits, targets)
    assert probabilities(logits[:1], temperature)[0, 0] == pytest.approx(0.7, abs=0.005)


def test_a_head_without_an_error_on_ten_images_is_not_called_certain() -> None:
    logits = np.array([[3.0, 0.0], [0.0, 3.0]] * 5, np.float32)
    targets = np.array([0, 1] * 5)
    surest = probabilities(logits, fit_temperature(logits, targets)).max()
    assert 0.9 < surest < 0.99


def test_without_held_out_images_the_logits_are_left_alone() -> None:
    assert fit_temperature(np.zeros((0, 3), np.float32), np.zeros(0, np.int64)) == 1.0


def test_the_calibration_error_of_known_numbers() -> None:
    confidence = np.array([0.9] * 10 + [0.6] * 10, np.float32)
    correct = np.array([True] * 7 + [False] * 3 + [True] * 6 + [False] * 4)
    assert expected_calibration_error(confidence, correct) == pytest.approx(0.1, abs=1e-6)
    assert expected_calibration_error(confidence[:0], correct[:0]) == 0


def test_logits_and_labels_of_other_images_are_refused() -> None:
    with pytest.raises(ShapeMismatch, match="not the same images"):
        fit_temperature(np.zeros((3, 2), np.float32), np.zeros(4, np.int64))

"""Scores of classes given to pixels."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from labelgraft.domain.arrays import AnyArray
from labelgraft.errors import NothingLabelled, ShapeMismatch
from labelgraft.learning.scoring.mean_iou import mean_iou, pixel_confusion

MAPS = arrays(np.int64, (5, 6), elements=st.integers(-1, 2))


@settings(deadline=None, max_examples=40)
@given(MAPS, MAPS)
def test_each_class_has_its_shared_pixels_over_all_of_it(truth: AnyArray, found: AnyArray) -> None:
    judged = truth >= 0
    if not judged.any():
        with pytest.raises(NothingLabelled):
            mean_iou([pixel_confusion(truth, found, 3)])
        return
    score = mean_iou([pixel_confusion(truth, found, 3)], resamples=5)
    expected = []
    for index in range(3):
        ours, theirs = (found == index) & judged, truth == index
        union = (ours | theirs).sum()
        each = score.per_class[index]
        assert (each is None) == (union == 0)
        if each is not None:
            assert each.value == pytest.approx((ours & theirs).sum() / union)
            expected.append(each.value)
    assert score.mean.value == pytest.approx(np.mean(expected))
    assert score.accuracy.value == pytest.approx((found == truth)[judged].mean())


@settings(deadline=None, max_examples=40)
@given(MAPS)
def test_the_truth_itself_scores_one(truth: AnyArray) -> None:
    if (truth >= 0).any():
        assert mean_iou([pixel_confusion(truth, truth, 3)], resamples=5).mean.value == 1


def test_pixels_count_over_all_images_and_the_interval_over_images() -> None:
    half = np.zeros((2, 4), np.int64)
    half[:, 2:] = 1
    right, wrong = pixel_confusion(half, half, 2), pixel_confusion(half, 1 - half, 2)
    score = mean_iou([right, right, wrong], seed=1)
    assert score.mean.value == pytest.approx(2 / 4)  # 8 of 16 pixels of either class
    assert score.mean.low == 0
    assert score.mean.high == 1
    assert score.mean.count == 3


def test_maps_of_two_sizes_are_refused() -> None:
    with pytest.raises(ShapeMismatch):
        pixel_confusion(np.zeros((2, 3), np.int64), np.zeros((3, 2), np.int64), 2)

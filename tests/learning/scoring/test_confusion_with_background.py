"""Which class was taken for which."""

from __future__ import annotations

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.learning.scoring.builders import CLASSES, found_objects, random_images

from labelgraft.domain.shapes.box import Box
from labelgraft.domain.shapes.shape import ShapeKind
from labelgraft.learning.scoring.confusion_with_background import NOTHING, confusion_with_background
from labelgraft.learning.scoring.objects import true_objects

HERE, THERE, FAR = Box(0, 0, 10, 10), Box(30, 0, 40, 10), Box(60, 60, 70, 70)


def test_every_object_stands_in_one_cell_that_leads_back_to_it() -> None:
    truth = [true_objects([], []), true_objects([0, 1, 0], [HERE, THERE, FAR])]
    found = [
        found_objects([1], [0.9], [HERE]),
        found_objects([0, 0, 1, 1], [0.9, 0.8, 0.1, 0.7], [HERE, Box(31, 0, 41, 10), FAR, Box(1, 0, 11, 10)]),
    ]
    result = confusion_with_background(truth, found, class_count=2, kind=ShapeKind.BOX, threshold=0.5)
    assert result.counts.tolist() == [[1, 0, 1], [1, 0, 0], [0, 2, 0]]
    assert result.cell(0, 0).tolist() == [[1, 0, 0]]
    assert result.cell(1, 0).tolist() == [[1, 1, 1]]
    assert result.cell(0, 2).tolist() == [[1, 2, NOTHING]]  # what is found there is below the threshold
    assert result.cell(2, 1).tolist() == [[0, NOTHING, 0], [1, NOTHING, 3]]


def test_of_two_that_overlap_alike_the_one_of_the_right_class_is_taken() -> None:
    truth = [true_objects([0], [HERE])]
    found = [found_objects([1, 0], [0.9, 0.5], [HERE, HERE])]
    result = confusion_with_background(truth, found, class_count=2, kind=ShapeKind.BOX, threshold=0.1)
    assert result.counts.tolist() == [[1, 0, 0], [0, 0, 0], [0, 1, 0]]


def test_crowds_swallow_what_lies_in_them() -> None:
    truth = [true_objects([0, 0], [Box(0, 0, 50, 50), FAR], [True, False])]
    found = [found_objects([0, 1], [0.9, 0.9], [HERE, THERE])]
    result = confusion_with_background(truth, found, class_count=2, kind=ShapeKind.BOX, threshold=0.1)
    assert result.counts.tolist() == [[0, 0, 1], [0, 0, 0], [0, 0, 0]]


@settings(deadline=None, max_examples=30)
@given(st.integers(0, 10**6), st.sampled_from([0.0, 0.5]))
def test_rows_add_up_to_the_truth_and_columns_to_what_was_found(seed: int, threshold: float) -> None:
    truth, found = random_images(seed, ShapeKind.BOX, images=4, crowds=False)
    result = confusion_with_background(
        truth, found, class_count=CLASSES, kind=ShapeKind.BOX, threshold=threshold
    )
    drawn = np.concatenate([each.class_indexes for each in truth])
    seen = np.concatenate([each.class_indexes[each.confidences >= threshold] for each in found])
    np.testing.assert_array_equal(result.counts.sum(axis=1)[:-1], np.bincount(drawn, minlength=CLASSES))
    np.testing.assert_array_equal(result.counts.sum(axis=0)[:-1], np.bincount(seen, minlength=CLASSES))
    assert result.counts[-1, -1] == 0

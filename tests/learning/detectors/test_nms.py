"""Of boxes that show the same object, the most confident one."""

from __future__ import annotations

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from labelgraft.domain.arrays import Doubles
from labelgraft.learning.detectors.nms import nms


def overlap(a: Doubles, b: Doubles) -> float:
    width = min(a[2], b[2]) - max(a[0], b[0])
    height = min(a[3], b[3]) - max(a[1], b[1])
    shared = max(width, 0) * max(height, 0)
    return float(shared / ((a[2] - a[0]) * (a[3] - a[1]) + (b[2] - b[0]) * (b[3] - b[1]) - shared))


def test_the_more_confident_of_two_boxes_of_a_class_stays() -> None:
    boxes = np.array([[0, 0, 10, 10], [1, 0, 11, 10], [1, 0, 11, 10], [50, 0, 60, 10.0]])
    kept = nms(boxes, np.array([0.5, 0.9, 0.6, 0.7], np.float32), np.array([0, 0, 1, 0]), iou=0.5)
    assert kept.tolist() == [1, 3, 2]


@settings(deadline=None)
@given(
    st.lists(
        st.tuples(*[st.integers(0, 20)] * 2, *[st.integers(1, 10)] * 2, st.integers(0, 2), st.integers(0, 5)),
        max_size=25,
    ),
    st.sampled_from([0.2, 0.5, 0.65]),
)
def test_what_stays_never_competes_and_what_goes_has_a_reason(
    drawn: list[tuple[int, int, int, int, int, int]], iou: float
) -> None:
    boxes = np.array([(x, y, x + w, y + h) for x, y, w, h, _, _ in drawn], np.float64).reshape(-1, 4)
    classes = np.array([each[4] for each in drawn], np.int64)
    sure = np.array([each[5] / 5 for each in drawn], np.float32)
    kept = nms(boxes, sure, classes, iou=iou)
    assert (np.diff(sure[kept]) <= 0).all()
    for at in range(len(boxes)):
        rivals = [
            k for k in kept if k != at and classes[k] == classes[at] and overlap(boxes[k], boxes[at]) > iou
        ]
        if at in kept:
            assert not rivals
        else:
            assert any(sure[k] >= sure[at] for k in rivals)

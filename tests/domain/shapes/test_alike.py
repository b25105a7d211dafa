"""Shapes of one object are known as such, whatever kinds they are of."""

from __future__ import annotations

import numpy as np
import pytest

from labelgraft.domain.shapes.alike import overlaps_any
from labelgraft.domain.shapes.box import Box
from labelgraft.domain.shapes.keypoints import Keypoints, Visibility
from labelgraft.domain.shapes.mask import Mask
from labelgraft.domain.shapes.polygon import Part, Polygon
from labelgraft.domain.shapes.raster import polygon_mask
from labelgraft.domain.shapes.rotated_box import RotatedBox
from labelgraft.domain.shapes.shape import Shape

SQUARE = Polygon((Part(np.array([[10.0, 10.0], [30.0, 10.0], [30.0, 30.0], [10.0, 30.0]])),))
MOST = Polygon((Part(np.array([[10.0, 10.0], [30.0, 10.0], [30.0, 14.0], [10.0, 30.0]])),))
EMPTY = Mask(100, 100, [10_000])
POINTS = np.array([[10.0, 10.0], [30.0, 30.0]])


def points(count: int) -> Keypoints:
    return Keypoints(np.resize(POINTS, (count, 2)), np.full(count, Visibility.VISIBLE), Box(10, 10, 30, 30))


@pytest.mark.parametrize(
    ("one", "other", "alike"),
    [
        (Box(10, 10, 30, 30), Box(10, 10, 30, 20), True),
        (Box(10, 10, 30, 30), Box(10, 10, 30, 19.9), False),
        (SQUARE, polygon_mask(SQUARE, 100, 100), True),
        (polygon_mask(SQUARE, 100, 100), MOST, True),
        (SQUARE, Polygon((Part(np.array([[10.0, 10.0], [30.0, 10.0], [10.0, 12.0]])),)), False),
        (Box(10, 10, 30, 30), RotatedBox(20, 20, 20, 20, 0), True),
        (RotatedBox(20, 20, 20, 4, 45), RotatedBox(20, 20, 20, 4, 135), False),
        (points(2), points(2), True),
        (points(2), points(4), True),
        (Box(10, 10, 30, 30), EMPTY, False),
        (EMPTY, Box(10, 10, 30, 30), False),
        (Box(10, 10, 30, 30), Box(50, 50, 60, 60), False),
    ],
)
def test_shapes_that_overlap_by_half_are_one_object(one: Shape, other: Shape, alike: bool) -> None:
    far = Box(80, 80, 90, 90)
    assert overlaps_any(one, [far, other], 0.5, 100, 100) is alike
    assert not overlaps_any(one, [], 0.5, 100, 100)

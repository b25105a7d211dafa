"""Bounds, area, what lies inside."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.domain.shapes.drawn import HEIGHT, WIDTH, boxes, few, pixels, polygons, rings, rotated_boxes, stars

from labelgraft.domain.arrays import Bools, Doubles
from labelgraft.domain.shapes.box import Box
from labelgraft.domain.shapes.keypoints import Keypoints
from labelgraft.domain.shapes.mask import Mask
from labelgraft.domain.shapes.measure import area, bounds, contains, corners
from labelgraft.domain.shapes.placing import moved
from labelgraft.domain.shapes.polygon import Part, Polygon
from labelgraft.domain.shapes.rle import encode
from labelgraft.domain.shapes.rotated_box import RotatedBox
from labelgraft.domain.shapes.scanlines import edges_of, line_spans
from labelgraft.domain.shapes.shape import Shape
from labelgraft.errors import BadShape

SQUARE = np.array([[0.0, 0], [10, 0], [10, 10], [0, 10]])


def shoelace(ring: Doubles) -> float:
    x, y = ring.T
    return float(abs(x @ np.roll(y, -1) - y @ np.roll(x, -1)) / 2)


@pytest.mark.parametrize(
    ("polygon", "expected"),
    [
        (Polygon([Part(SQUARE)]), 100),
        (Polygon([Part(SQUARE[::-1])]), 100),
        (Polygon([Part(SQUARE, [SQUARE / 2 + 2])]), 75),
        (Polygon([Part(SQUARE, [SQUARE / 2 + 2, SQUARE / 5 + 3])]), 79),  # an island in the hole
        (Polygon([Part(SQUARE, [SQUARE + 5])]), 150),  # a hole that reaches out: even-odd
        (Polygon([Part(SQUARE), Part(SQUARE + 5)]), 175),  # two parts that overlap count once
        (Polygon([Part(SQUARE), Part(SQUARE)]), 100),
        (Polygon([Part(SQUARE), Part(SQUARE + np.array([10, 0]))]), 200),
        (Polygon([Part(SQUARE[[0, 2, 1, 3]])]), 50),  # a bow tie
        (Polygon([Part([[0, 0], [5, 5], [10, 0], [10, 10], [5, 5], [0, 10]])]), 50),  # the same with a knot
        (Polygon([Part([[0, 0], [5, 0], [10, 0]])]), 0),
        (Polygon([Part([[3, 0], [3, 5], [3, 9]])]), 0),
        (Polygon([Part([[7, 7], [7, 7], [7, 7]])]), 0),
        (Polygon([Part(SQUARE + 1e8)]), 100),
    ],
)
def test_areas_known_by_hand(polygon: Polygon, expected: float) -> None:
    assert area(polygon) == pytest.approx(expected, abs=1e-6)


@few
@given(stars())
def test_area_of_a_simple_ring_is_the_shoelace_formula(polygon: Polygon) -> None:
    assert area(polygon) == pytest.approx(shoelace(polygon.parts[0].outline), rel=1e-9)


@few
@given(rings())
def test_area_of_any_ring_is_even_odd_and_at_most_its_bounds(ring: Doubles) -> None:
    polygon = Polygon([Part(ring)])
    box = bounds(polygon)
    found = area(polygon)
    assert -1e-9 <= found <= box.width * box.height + 1e-6
    assert area(Polygon([Part(ring, [ring])])) == pytest.approx(0, abs=1e-9)  # a ring twice is nothing
    frame = np.array([[-99.0, -99], [99, -99], [99, 99], [-99, 99]])
    assert area(Polygon([Part(frame, [ring])])) == pytest.approx(198**2 - found, rel=1e-9)


def test_what_a_hole_covers_outside_of_its_outline_is_within_the_bounds() -> None:
    polygon = Polygon([Part(SQUARE, [SQUARE + 5])])
    assert bounds(polygon) == Box(0, 0, 15, 15)
    assert contains(polygon, 12, 12)


@few
@given(polygons(), st.floats(-1000, 1000), st.floats(-1000, 1000))
def test_area_does_not_change_where_a_polygon_is_moved(polygon: Polygon, dx: float, dy: float) -> None:
    assert area(moved(polygon, dx, dy)) == pytest.approx(area(polygon), rel=1e-9, abs=1e-6)


def test_a_tangle_of_thousands_of_edges_has_its_area_in_seconds() -> None:
    tangle = np.random.default_rng(0).uniform(0, 100, (3000, 2))
    _, top, bottom = line_spans(edges_of(Part(tangle)), (np.arange(200) + 0.5) / 2)
    assert area(Polygon([Part(tangle)])) == pytest.approx((bottom - top).sum() / 2, rel=0.02)


@few
@given(rotated_boxes())
def test_a_rotated_box_is_the_polygon_of_its_corners(box: RotatedBox) -> None:
    assert area(box) == pytest.approx(shoelace(corners(box)), rel=1e-9)
    around = bounds(box)
    assert around.left == pytest.approx(corners(box)[:, 0].min())
    assert contains(box, box.centre_x, box.centre_y)
    inward = 0.999 * corners(box) + 0.001 * np.array([box.centre_x, box.centre_y])
    outward = 1.001 * corners(box) - 0.001 * np.array([box.centre_x, box.centre_y])
    assert all(contains(box, x, y) for x, y in inward.tolist())
    assert not any(contains(box, x, y) for x, y in outward.tolist())


def test_a_rotated_box_turns_clockwise_on_the_screen() -> None:
    assert corners(RotatedBox(0, 0, 4, 2, 90)) == pytest.approx(
        np.array([[1, -2], [1, 2], [-1, 2], [-1, -2]])
    )


@few
@given(pixels(), st.floats(-1, WIDTH + 1), st.floats(-1, HEIGHT + 1))
def test_a_mask_contains_its_pixels(drawn: Bools, x: float, y: float) -> None:
    expected = 0 <= x < WIDTH and 0 <= y < HEIGHT and bool(drawn[math.floor(y), math.floor(x)])
    assert contains(encode(drawn), x, y) == expected


@few
@given(boxes(), st.floats(-40, 100), st.floats(-40, 100))
def test_a_box_contains_what_its_polygon_contains(box: Box, x: float, y: float) -> None:
    edges = [(box.left, box.top), (box.right, box.top), (box.right, box.bottom), (box.left, box.bottom)]
    polygon = Polygon([Part(edges)])
    assert contains(box, x, y) == contains(polygon, x, y)
    assert contains(polygon, box.left, box.top)
    assert not contains(polygon, box.right, box.top)
    assert not contains(polygon, box.left, box.bottom)
    assert bounds(polygon) == box == bounds(box)


@few
@given(polygons(), st.floats(-40, 100), st.floats(-40, 100))
def test_nothing_lies_in_a_polygon_but_outside_of_its_bounds(polygon: Polygon, x: float, y: float) -> None:
    assert contains(bounds(polygon), x, y) or not contains(polygon, x, y)


def test_bounds_and_area_of_keypoints() -> None:
    points = [[1, 2], [5, 4], [0, 0]]
    assert bounds(Keypoints(points, [2, 1, 0])) == Box(1, 2, 5, 4)
    assert area(Keypoints(points, [2, 1, 0])) == 8
    assert bounds(Keypoints(points, [2, 0, 0])) == Box(0.5, 1.5, 1.5, 2.5)  # one point is one pixel
    assert bounds(Keypoints(points, [0, 0, 0], Box(3, 3, 9, 9))) == Box(3, 3, 9, 9)
    assert contains(Keypoints(points, [2, 1, 0]), 3, 3)


@pytest.mark.parametrize("shape", [Mask(3, 2, [6]), Keypoints([[1, 1]], [0])])
def test_what_is_nowhere_has_no_bounds(shape: Shape) -> None:
    with pytest.raises(BadShape, match="no bounds"):
        bounds(shape)

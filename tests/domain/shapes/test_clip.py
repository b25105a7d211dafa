"""Shapes cut off at the edges of their image."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import assume, given
from tests.domain.shapes.drawn import HEIGHT, WIDTH, few, polygons, rings_of, rotated_boxes, shapes, stars

from labelgraft.domain.shapes.box import Box
from labelgraft.domain.shapes.clip import clipped
from labelgraft.domain.shapes.coverage import shared_area
from labelgraft.domain.shapes.keypoints import Keypoints
from labelgraft.domain.shapes.mask import Mask
from labelgraft.domain.shapes.measure import area, bounds, corners
from labelgraft.domain.shapes.polygon import Part, Polygon
from labelgraft.domain.shapes.raster import polygon_mask
from labelgraft.domain.shapes.rotated_box import RotatedBox
from labelgraft.domain.shapes.runs import pixel_count
from labelgraft.domain.shapes.shape import Shape

FRAME = Polygon([Part([[0, 0], [WIDTH, 0], [WIDTH, HEIGHT], [0, HEIGHT]])])


@few
@given(shapes)
def test_clipping_twice_is_clipping_once_and_what_is_left_is_inside(shape: Shape) -> None:
    cut = clipped(shape, WIDTH, HEIGHT)
    if cut is None:
        return
    assert clipped(cut, WIDTH, HEIGHT) == cut
    if not isinstance(cut, Keypoints | RotatedBox | Mask) and area(cut) > 0:
        box = bounds(cut)
        assert 0 <= box.left < box.right <= WIDTH
        assert 0 <= box.top < box.bottom <= HEIGHT


@few
@given(polygons())
def test_of_a_polygon_is_left_what_it_shares_with_the_image(polygon: Polygon) -> None:
    cut = clipped(polygon, WIDTH, HEIGHT)
    left = area(cut) if cut is not None else 0.0
    assert left == pytest.approx(shared_area([polygon, FRAME]), abs=1e-3)


@few
@given(stars(holes=True))
def test_a_cut_polygon_covers_the_same_pixels(polygon: Polygon) -> None:
    cut = clipped(polygon, WIDTH, HEIGHT)
    assume(isinstance(cut, Polygon))
    assert isinstance(cut, Polygon)
    assert polygon_mask(cut, WIDTH, HEIGHT) == polygon_mask(polygon, WIDTH, HEIGHT)


@few
@given(rotated_boxes())
def test_a_rotated_box_is_cut_to_a_polygon(box: RotatedBox) -> None:
    cut = clipped(box, WIDTH, HEIGHT)
    shared = shared_area([Polygon([Part(corners(box))]), FRAME])
    assert (area(cut) if cut is not None else 0.0) == pytest.approx(shared, rel=1e-6, abs=1e-6)
    assert cut is None or cut is box or isinstance(cut, Polygon)


def test_a_comb_falls_into_its_teeth_without_ways_along_the_edge() -> None:
    comb = [[-5, 1], [8, 1], [8, 3], [-2, 3], [-2, 5], [8, 5], [8, 7], [-5, 7]]
    cut = clipped(Polygon([Part(comb)]), 10, 10)
    assert isinstance(cut, Polygon)
    assert sorted(sorted(map(tuple, ring.tolist())) for ring in rings_of(cut)) == [
        [(0, 1), (0, 3), (8, 1), (8, 3)],
        [(0, 5), (0, 7), (8, 5), (8, 7)],
    ]


def test_a_hole_that_reaches_the_edge_opens_and_one_inside_stays() -> None:
    square = np.array([[-10.0, 2], [8, 2], [8, 12], [-10, 12]])
    hole, opening = [[5, 5], [6, 5], [6, 6], [5, 6]], [[-3, 5], [2, 5], [2, 8], [-3, 8]]
    cut = clipped(Polygon([Part(square, [hole, opening])]), WIDTH, HEIGHT)
    assert isinstance(cut, Polygon)
    (part,) = cut.parts
    assert len(part.outline) == 8
    assert [ring.tolist() for ring in part.holes] == [hole] or [len(ring) for ring in part.holes] == [4]
    assert area(cut) == 80 - 1 - 6


def test_other_shapes_known_by_hand() -> None:
    assert clipped(Box(-5, 2, 5, 30), 10, 10) == Box(0, 2, 5, 10)
    assert clipped(Box(-5, 2, 0, 30), 10, 10) is None
    assert clipped(Mask(4, 2, [8]), 4, 2) is None
    assert clipped(Mask(4, 2, [0, 8]), 3, 3) == Mask(3, 3, [0, 2, 1, 2, 1, 2, 1])
    points = [[1, 1], [-1, 1], [10, 10]]
    assert clipped(Keypoints(points, [2, 2, 1]), 10, 10) == Keypoints(points, [2, 0, 1])
    assert clipped(Keypoints([[-1, 0]], [2]), 10, 10) is None
    assert clipped(Keypoints([[-1, 0]], [2], Box(-2, -2, 2, 2)), 10, 10) == Keypoints(
        [[0, 0]], [0], Box(0, 0, 2, 2)
    )


def test_a_fine_outline_is_cut_exactly() -> None:
    angle = np.linspace(0, 2 * np.pi, 6000, endpoint=False)
    reach = 300 + 40 * np.sin(60 * angle)
    polygon = Polygon([Part(np.stack((reach * np.cos(angle), reach * np.sin(angle)), axis=1))])
    cut = clipped(polygon, 310, 310)
    frame = Polygon([Part([[0, 0], [310, 0], [310, 310], [0, 310]])])
    assert isinstance(cut, Polygon)
    assert area(cut) == pytest.approx(shared_area([polygon, frame]), rel=1e-9)
    assert pixel_count(polygon_mask(cut, 400, 400)) == pytest.approx(area(cut), rel=1e-2)

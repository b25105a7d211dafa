"""Shapes from numbers that others wrote."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.domain.shapes.drawn import few, polygons, rings_of

from labelgraft.domain.shapes.box import Box
from labelgraft.domain.shapes.clip import clipped
from labelgraft.domain.shapes.crossings import crossing_xs
from labelgraft.domain.shapes.keypoints import Keypoints
from labelgraft.domain.shapes.mask import Mask
from labelgraft.domain.shapes.measure import area, bounds
from labelgraft.domain.shapes.overlap import iou
from labelgraft.domain.shapes.polygon import Part, Polygon
from labelgraft.domain.shapes.raster import polygon_mask
from labelgraft.domain.shapes.repair import Notice, repaired
from labelgraft.domain.shapes.rotated_box import RotatedBox
from labelgraft.domain.shapes.runs import pixel_count
from labelgraft.domain.shapes.scanlines import edges_of
from labelgraft.domain.shapes.shape import Shape, ShapeKind
from labelgraft.domain.shapes.shape_json import from_text, to_text
from labelgraft.domain.shapes.untangle import untangled

SQUARE = [[10, 10], [20, 10], [20, 20], [10, 20]]
BIG = [[0, 0], [30, 0], [30, 30], [0, 30]]


def fixed(kind: str, numbers: Any, box: Any = None) -> tuple[Shape | None, tuple[Notice, ...]]:
    found = repaired(ShapeKind(kind), numbers, width_px=100, height_px=80, box=box)
    return found.shape, found.notices


@pytest.mark.parametrize(
    ("kind", "numbers", "shape", "notices"),
    [
        ("box", [1, 2, 3, 4], Box(1, 2, 3, 4), []),
        ("box", [3, 4, 1, 2], Box(1, 2, 3, 4), [Notice.SWAPPED]),
        ("box", [-5, 2, 300, 4], Box(0, 2, 100, 4), [Notice.CUT]),
        ("box", [-0.004, 2, 3, 4], Box(0, 2, 3, 4), []),
        ("box", [-9, -9, -1, 4], None, [Notice.OUTSIDE]),
        ("box", [-9, 2, 1e-5, 4], None, [Notice.OUTSIDE]),
        ("box", [1, 2, 1, 4], None, [Notice.NOTHING]),
        ("box", [1, 2, 1 + 1e-14, 4], None, [Notice.NOTHING]),
        ("box", [1, 2, math.nan, 4], None, [Notice.NOT_FINITE]),
        ("box", [1, 2, 1e308, 4], None, [Notice.TOO_FAR]),
        ("box", [1, 2, 3], None, [Notice.NOT_NUMBERS]),
        ("box", ["1", "2", "3", "4"], None, [Notice.NOT_NUMBERS]),
        ("box", None, None, [Notice.NOT_NUMBERS]),
        ("rotated-box", [50, 40, 10, 5, 400], RotatedBox(50, 40, 10, 5, 40), []),
        ("rotated-box", [50, 40, -10, 5, 0], RotatedBox(50, 40, 10, 5, 0), [Notice.SWAPPED]),
        ("rotated-box", [0, 0, 10, 5, 30], RotatedBox(0, 0, 10, 5, 30), []),
        ("rotated-box", [50, 40, 10, 0, 0], None, [Notice.NOTHING]),
        ("rotated-box", [500, 40, 10, 5, 0], None, [Notice.OUTSIDE]),
        ("rotated-box", [50, 40, 10, 5, math.inf], None, [Notice.NOT_FINITE]),
        ("polygon", [[SQUARE]], Polygon([Part(SQUARE)]), []),
        ("polygon", [[np.ravel(SQUARE).tolist()]], Polygon([Part(SQUARE)]), []),
        ("polygon", [[[*SQUARE, SQUARE[0]]]], Polygon([Part(SQUARE)]), []),
        ("polygon", [[[SQUARE[0], SQUARE[0], *SQUARE[1:]]]], Polygon([Part(SQUARE)]), [Notice.DOUBLED]),
        ("polygon", [[[*SQUARE, [math.nan, 1]]]], Polygon([Part(SQUARE)]), [Notice.VERTICES_DROPPED]),
        ("polygon", [[SQUARE], [[[1, 1], [2, 2]]]], Polygon([Part(SQUARE)]), [Notice.RINGS_DROPPED]),
        ("polygon", [[BIG, SQUARE]], Polygon([Part(BIG, [SQUARE])]), []),
        (
            "polygon",
            [[BIG, SQUARE, [[1, 1], [2, 1]]]],
            Polygon([Part(BIG, [SQUARE])]),
            [Notice.RINGS_DROPPED],
        ),
        (
            "polygon",
            [[SQUARE, [[40, 40], [50, 40], [50, 50]]]],
            Polygon([Part(SQUARE)]),
            [Notice.HOLES_DROPPED],
        ),
        ("polygon", [[[[1, 1], [5, 5], [9, 9]]]], None, [Notice.RINGS_DROPPED, Notice.NOTHING]),
        ("polygon", [[SQUARE, SQUARE]], None, [Notice.RINGS_DROPPED, Notice.NOTHING]),
        ("polygon", [[[[1, 1], [2, 2]]]], None, [Notice.RINGS_DROPPED, Notice.NOTHING]),
        ("polygon", [[[[-1, -1], [-2, -1], [-1, -2]]]], None, [Notice.OUTSIDE]),
        ("polygon", [[[[0, 0], [1e12, 0], [0, 5]]]], None, [Notice.TOO_FAR]),
        ("polygon", [[[1, 2, 3, 4, 5]]], None, [Notice.NOT_NUMBERS]),
        ("polygon", [[]], None, [Notice.NOT_NUMBERS]),
        ("polygon", [], None, [Notice.NOTHING]),
        ("polygon", SQUARE, None, [Notice.NOT_NUMBERS]),
        ("mask", [100, 7900], Mask(100, 80, [100, 7900]), []),
        ("mask", [100, 0, 7900], None, [Notice.NOTHING]),
        ("mask", [100, 50, 0, 7850], Mask(100, 80, [100, 7900]), []),
        ("mask", [100, 50], None, [Notice.WRONG_SIZE]),
        ("mask", [100, -50], None, [Notice.NOT_NUMBERS]),
        ("mask", [0.5, 2], None, [Notice.NOT_NUMBERS]),
        ("mask", "???", None, [Notice.WRONG_SIZE]),
        ("mask", [8000], None, [Notice.NOTHING]),
        ("keypoints", [[1, 2, 2], [3, 4, 0]], Keypoints([[1, 2], [0, 0]], [2, 0]), []),
        ("keypoints", [[1, 2, 2], [-3, 4, 1]], Keypoints([[1, 2], [0, 0]], [2, 0]), [Notice.POINTS_DROPPED]),
        ("keypoints", [[1, 2, 3]], Keypoints([[1, 2]], [2]), [Notice.VISIBILITY]),
        ("keypoints", [[1, 2, 0]], None, [Notice.NOTHING]),
        ("keypoints", [[math.inf, 2, 2]], None, [Notice.POINTS_DROPPED, Notice.NOTHING]),
        ("keypoints", [[1, 2]], None, [Notice.NOT_NUMBERS]),
    ],
)
def test_what_becomes_of_numbers(kind: str, numbers: Any, shape: Shape | None, notices: list[Notice]) -> None:
    assert fixed(kind, numbers) == (shape, tuple(notices))


def test_a_box_of_keypoints_is_repaired_with_them() -> None:
    points = [[1, 2, 2]]
    assert fixed("keypoints", points, [5, 5, 0, 0]) == (
        Keypoints([[1, 2]], [2], Box(0, 0, 5, 5)),
        (Notice.SWAPPED,),
    )
    assert fixed("keypoints", points, [0, 0, 0, 0]) == (Keypoints([[1, 2]], [2]), (Notice.BOX_DROPPED,))


def test_what_reaches_outside_is_kept_where_that_is_wanted() -> None:
    for numbers, shape in (([-5, 2, 300, 4], Box(-5, 2, 300, 4)), ([-9, -9, -1, 4], None)):
        assert repaired(ShapeKind.BOX, numbers, width_px=100, height_px=80, outside="keep").shape == shape
    found = repaired(ShapeKind.KEYPOINTS, [[-5, 2, 2]], width_px=100, height_px=80, outside="keep")
    assert (found.shape, found.notices) == (Keypoints([[-5, 2]], [2]), ())


def test_a_bow_tie_becomes_its_two_triangles() -> None:
    shape, notices = fixed("polygon", [[[[10, 10], [20, 20], [20, 10], [10, 20]]]])
    assert notices == (Notice.CROSSING,)
    assert isinstance(shape, Polygon)
    assert sorted(sorted(map(tuple, ring.tolist())) for ring in rings_of(shape)) == [
        [(10, 10), (10, 20), (15, 15)],
        [(15, 15), (20, 10), (20, 20)],
    ]


def test_a_hole_across_the_outline_opens_it() -> None:
    shape, notices = fixed("polygon", [[SQUARE, [[15, 12], [18, 12], [18, 25], [15, 25]]]])
    assert notices == (Notice.CROSSING,)
    assert shape is not None
    assert area(shape) == 100 - 24 + 15  # even-odd: what the hole covers outside is filled


@few
@given(polygons(0, 60))
def test_untangled_rings_cover_the_same_and_cross_nowhere(polygon: Polygon) -> None:
    for part in polygon.parts:
        pieces = untangled([part.outline, *part.holes])
        assert pieces is not None
        whole = Polygon([part])
        assert sum(area(Polygon([piece])) for piece in pieces) == pytest.approx(area(whole), abs=1e-3)
        if not pieces:
            continue
        apart = Polygon(pieces)
        assert area(apart) == pytest.approx(area(whole), abs=1e-3)
        for piece in pieces:
            ends, crossings = edges_of(piece)[:, [0, 2]].ravel(), crossing_xs(edges_of(piece))
            assert crossings is not None
            assert all(np.abs(x - ends).min() < 1e-4 for x in crossings)
        assert area(whole) < 0.1 or iou(apart, whole) > 1 - 1e-3 / area(whole)
        for piece in pieces:
            outline = area(Polygon([Part(piece.outline)]))
            assert outline - sum(area(Polygon([Part(hole)])) for hole in piece.holes) == pytest.approx(
                area(Polygon([piece])), abs=1e-3
            )


def test_thousands_of_vertices_at_random_are_refused_not_waited_for() -> None:
    ring = np.random.default_rng(0).uniform(0, 80, (6000, 2))
    assert fixed("polygon", [[ring]]) == (None, (Notice.CROSSING, Notice.TANGLED))


numbers = st.one_of(
    st.floats(),
    st.integers(-(10**30), 10**30),
    st.sampled_from([0.0, -0.0, 1e308, -1e308, 5e-324, math.nan, math.inf, 1e9, 99.99999999999999]),
    st.floats(-200, 200),
    st.integers(-3, 103),
)
flat = st.lists(numbers, max_size=6)
tables = st.lists(st.lists(numbers, min_size=2, max_size=3), max_size=6)
parts = st.lists(st.lists(st.lists(st.tuples(numbers, numbers), max_size=7), max_size=3), max_size=3)
outlines = st.lists(st.tuples(numbers, numbers), min_size=3, max_size=7)
anything = st.one_of(flat, tables, parts, numbers, st.text(max_size=9), st.none(), st.booleans())


@few
@given(st.sampled_from(list(ShapeKind)), anything, flat, st.sampled_from(["cut", "keep"]))
def test_no_numbers_make_it_raise_and_what_it_gives_can_be_worked_with(
    kind: ShapeKind, given_numbers: Any, box: Any, outside: Any
) -> None:
    found = repaired(kind, given_numbers, width_px=100, height_px=80, box=box, outside=outside)
    check(found.shape, found.notices)


@few
@given(st.lists(st.lists(outlines, min_size=1, max_size=2), min_size=1, max_size=2))
def test_no_polygon_makes_it_raise(rings: Any) -> None:
    check(*fixed("polygon", rings))


def check(shape: Shape | None, notices: tuple[Notice, ...]) -> None:
    if shape is None:
        assert notices
        return
    assert area(shape) > 0 or isinstance(shape, Keypoints)
    assert bounds(shape).width > 0
    assert from_text(to_text(shape), "here") == shape
    assert 0 <= iou(shape, shape) <= 1
    clipped(shape, 100, 80)
    if isinstance(shape, Polygon):
        assert pixel_count(polygon_mask(shape, 100, 80)) <= 8000

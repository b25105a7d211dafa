"""Masks as polygons and back."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.domain.shapes.drawn import HEIGHT, WIDTH, any_pixels, distances, few, pixels, rings_of, stars

from labelgraft.domain.arrays import Bools
from labelgraft.domain.shapes.crossings import do_cross
from labelgraft.domain.shapes.mask import Mask
from labelgraft.domain.shapes.measure import area
from labelgraft.domain.shapes.overlap import mask_ious
from labelgraft.domain.shapes.polygon import Polygon
from labelgraft.domain.shapes.raster import polygon_mask
from labelgraft.domain.shapes.rle import decode, encode
from labelgraft.domain.shapes.runs import pixel_count
from labelgraft.domain.shapes.scanlines import polygon_edges
from labelgraft.domain.shapes.simplify import simplified
from labelgraft.domain.shapes.trace import mask_polygon
from labelgraft.errors import BadShape


@few
@given(any_pixels().filter(np.any))
def test_the_outline_of_pixels_gives_back_the_very_same_pixels(drawn: Bools) -> None:
    mask = encode(drawn)
    polygon = mask_polygon(mask)
    assert polygon_mask(polygon, mask.width_px, mask.height_px) == mask
    assert area(polygon) == pixel_count(mask)


def groups_of(drawn: Bools, corners: bool) -> int:
    """Groups of pixels that touch by their sides, or also by their corners."""
    left = {(int(row), int(column)) for row, column in zip(*np.nonzero(drawn), strict=True)}
    groups = 0
    while left:
        groups += 1
        edge = [left.pop()]
        while edge:
            row, column = edge.pop()
            for dy in (-1, 0, 1):
                for dx in (-1, 0, 1):
                    if (corners or not (dx and dy)) and (row + dy, column + dx) in left:
                        left.discard((row + dy, column + dx))
                        edge.append((row + dy, column + dx))
    return groups


@few
@given(any_pixels().filter(np.any))
def test_there_is_a_part_for_each_group_and_a_hole_for_each_gap_in_one(drawn: Bools) -> None:
    polygon = mask_polygon(encode(drawn))
    assert len(polygon.parts) == groups_of(drawn, corners=False)
    gaps = groups_of(~np.pad(drawn, 1), corners=True) - 1
    assert sum(len(part.holes) for part in polygon.parts) == gaps
    for part in polygon.parts:
        alone = decode(polygon_mask(Polygon([part]), drawn.shape[1], drawn.shape[0]))
        assert groups_of(alone, corners=False) == 1


@few
@given(any_pixels().filter(np.any))
def test_outlines_run_clockwise_holes_the_other_way_and_only_corners_are_kept(drawn: Bools) -> None:
    for part in mask_polygon(encode(drawn)).parts:
        for ring, sign in ((part.outline, 1), *((hole, -1) for hole in part.holes)):
            before, after = ring - np.roll(ring, 1, axis=0), np.roll(ring, -1, axis=0) - ring
            assert ((before[:, 0] == 0) != (after[:, 0] == 0)).all()
            x, y = ring.T
            assert np.sign(x @ np.roll(y, -1) - y @ np.roll(x, -1)) == sign


def test_a_ring_with_an_island_in_it_has_two_parts_and_one_hole() -> None:
    drawn = np.zeros((9, 9), np.bool_)
    drawn[1:8, 1:8] = True
    drawn[2:7, 2:7] = False
    drawn[4, 4] = True
    outer, island = mask_polygon(encode(drawn)).parts
    assert outer.outline.tolist() == [[1, 1], [8, 1], [8, 8], [1, 8]]
    assert [len(hole) for hole in outer.holes] == [4]
    assert island.outline.tolist() == [[4, 4], [5, 4], [5, 5], [4, 5]]


def test_the_whole_image_is_its_frame() -> None:
    (part,) = mask_polygon(Mask(7, 5, [0, 35])).parts
    assert part.outline.tolist() == [[0, 0], [7, 0], [7, 5], [0, 5]]


@few
@given(pixels().filter(np.any), st.floats(0.1, 4))
def test_with_a_tolerance_only_pixels_near_the_edge_change(drawn: Bools, tolerance: float) -> None:
    mask = encode(drawn)
    exact, coarse = mask_polygon(mask), mask_polygon(mask, tolerance)
    rows, columns = np.nonzero(decode(polygon_mask(coarse, WIDTH, HEIGHT)) != drawn)
    centres = np.stack((columns, rows), axis=1).astype(np.float64) + 0.5
    assert (distances(centres, rings_of(exact)) <= 2 * tolerance + 1e-9).all()
    assert sum(map(len, rings_of(coarse))) <= 2 * sum(map(len, rings_of(exact)))
    assert not do_cross(polygon_edges(Polygon([coarse.parts[0]])))


@few
@given(stars(holes=True), st.floats(0.5, 2))
def test_polygon_to_mask_to_polygon_keeps_to_the_stated_bound(star: Polygon, tolerance: float) -> None:
    mask = polygon_mask(star, 61, 61)
    if not pixel_count(mask):
        return
    exact, coarse = mask_polygon(mask), mask_polygon(mask, tolerance)
    assert polygon_mask(exact, 61, 61) == mask
    rows, columns = np.indices((61, 61)).reshape(2, -1)
    near = (
        distances(np.stack((columns, rows), axis=1).astype(np.float64) + 0.5, rings_of(exact))
        <= 2 * tolerance
    )
    found = float(mask_ious([mask], [polygon_mask(coarse, 61, 61)])[0, 0])
    assert found >= 1 - near.sum() / pixel_count(mask)


def test_a_disc_is_drawn_with_few_vertices_and_little_loss() -> None:
    row, column = np.indices((400, 400))
    mask = encode(np.hypot(row - 200, column - 200) < 150)
    coarse = mask_polygon(mask, 1.0)
    assert sum(map(len, rings_of(coarse))) < 100 < 600 < sum(map(len, rings_of(mask_polygon(mask))))
    assert mask_ious([mask], [polygon_mask(coarse, 400, 400)])[0, 0] > 0.99


@few
@given(stars(), st.floats(0, 5))
def test_vertices_left_out_are_near_the_new_edges(star: Polygon, tolerance: float) -> None:
    (ring,) = rings_of(star)
    (coarse,) = simplified([ring], tolerance)
    kept = {tuple(vertex) for vertex in coarse.tolist()}
    assert kept <= {tuple(vertex) for vertex in ring.tolist()}
    assert (distances(ring, [coarse]) <= tolerance + 1e-9).all()


def test_what_has_no_outline_is_refused() -> None:
    with pytest.raises(BadShape, match="empty"):
        mask_polygon(Mask(3, 3, [9]))
    with pytest.raises(BadShape, match="tolerance"):
        mask_polygon(Mask(3, 3, [0, 9]), float("nan"))

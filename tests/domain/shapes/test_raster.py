"""Polygons as masks, by the centres of pixels and as COCO does it."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from pycocotools import mask as coco
from tests.domain.shapes.drawn import HEIGHT, WIDTH, distances, few, pixel, polygons, rings_of, stars

from labelgraft.domain.arrays import Bools, Doubles
from labelgraft.domain.shapes.measure import area, contains
from labelgraft.domain.shapes.placing import moved
from labelgraft.domain.shapes.polygon import Part, Polygon
from labelgraft.domain.shapes.raster import coco_polygon_mask, polygon_mask
from labelgraft.domain.shapes.rle import decode, to_text
from labelgraft.domain.shapes.runs import pixel_count


def cocos_text(polygon: Polygon, width: int, height: int) -> str:
    outlines = [part.outline.ravel().tolist() for part in polygon.parts]
    text: str = coco.merge(coco.frPyObjects(outlines, height, width))["counts"].decode()
    return text


def centres() -> Doubles:
    x, y = np.meshgrid(np.arange(WIDTH) + 0.5, np.arange(HEIGHT) + 0.5)
    return np.stack((x, y), axis=2)


@few
@given(polygons())
def test_a_pixel_belongs_where_its_centre_does(polygon: Polygon) -> None:
    drawn = decode(polygon_mask(polygon, WIDTH, HEIGHT))
    expected = [
        [contains(polygon, x + 0.5, y + 0.5) for x in range(0, WIDTH, 3)] for y in range(0, HEIGHT, 3)
    ]
    assert (drawn[::3, ::3] == expected).all()


def even_odd_by_matplotlibs_rule(polygon: Polygon) -> Bools:
    """An independent even-odd count: edges to the right of each centre."""
    inside = np.zeros((HEIGHT, WIDTH), np.bool_)
    x, y = np.moveaxis(centres(), 2, 0)
    for part in polygon.parts:
        odd = np.zeros_like(inside)
        for ring in (part.outline, *part.holes):
            for (x0, y0), (x1, y1) in zip(ring, np.roll(ring, -1, axis=0), strict=True):
                if y0 != y1:
                    odd ^= ((y0 > y) != (y1 > y)) & (x < x0 + (y - y0) / (y1 - y0) * (x1 - x0))
        inside |= odd
    return inside


@few
@given(polygons())
def test_another_way_of_counting_agrees_but_on_the_edges(polygon: Polygon) -> None:
    drawn = decode(polygon_mask(polygon, WIDTH, HEIGHT))
    differ = drawn != even_odd_by_matplotlibs_rule(polygon)
    assert (distances(centres()[differ], rings_of(polygon)) < 1e-9).all()


@few
@given(stars(holes=True))
def test_areas_differ_by_the_pixels_passed_at_most(star: Polygon) -> None:
    polygon = moved(star, 30, 30)
    assert isinstance(polygon, Polygon)
    ways = [np.abs(ring - np.roll(ring, 1, axis=0)) for ring in rings_of(polygon)]
    passed = sum(float((1 + np.ceil(way).sum(axis=1)).sum()) for way in ways)
    assert abs(pixel_count(polygon_mask(polygon, 120, 120)) - area(polygon)) <= passed


@few
@given(st.lists(st.tuples(pixel(0, 20), pixel(0, 16)), min_size=4, max_size=4, unique=True))
def test_two_parts_that_share_an_edge_share_no_pixel_and_leave_none_out(
    points: list[tuple[float, float]],
) -> None:
    a, b, c, d = points
    one, other = Polygon([Part([a, b, c])]), Polygon([Part([c, b, d])])
    both = decode(polygon_mask(Polygon([Part([a, b, c], [[b, c, d]])]), WIDTH, HEIGHT))
    ours, theirs = (decode(polygon_mask(each, WIDTH, HEIGHT)) for each in (one, other))
    assert ((ours ^ theirs) == both).all()


def test_masks_known_by_hand() -> None:
    square = np.array([[1.0, 1], [4, 1], [4, 3], [1, 3]])
    assert to_text(polygon_mask(Polygon([Part(square)]), 5, 4)) == to_text(
        polygon_mask(Polygon([Part(square[::-1])]), 5, 4)
    )
    assert pixel_count(polygon_mask(Polygon([Part(square)]), 5, 4)) == 6
    assert (
        pixel_count(polygon_mask(Polygon([Part(square + 0.5)]), 5, 4)) == 6
    )  # edges through centres: the upper left ones
    assert decode(polygon_mask(Polygon([Part(square + 0.5)]), 5, 4))[1, 1]
    assert pixel_count(polygon_mask(Polygon([Part(square + 100)]), 5, 4)) == 0
    assert pixel_count(polygon_mask(Polygon([Part(square * 1e8 - 2e8)]), 5, 4)) == 20
    assert pixel_count(polygon_mask(Polygon([Part(square), Part(square + 1)]), 9, 9)) == 10
    assert pixel_count(polygon_mask(Polygon([Part([[2, 0], [2, 3], [2, 9]])]), 9, 9)) == 0


def test_thousands_of_vertices_in_blocks_make_the_mask_of_all() -> None:
    angle = np.linspace(0, 2 * np.pi, 6000, endpoint=False)
    reach = 300 + 40 * np.sin(60 * angle)
    ring = 400 + np.stack((reach * np.cos(angle), reach * np.sin(angle)), axis=1)
    mask = polygon_mask(Polygon([Part(ring)]), 800, 800)
    assert pixel_count(mask) == pytest.approx(area(Polygon([Part(ring)])), rel=1e-3)


@few
@given(polygons(-15, 33))
def test_cocos_rule_gives_cocos_bits(polygon: Polygon) -> None:
    outlines = Polygon(Part(part.outline) for part in polygon.parts)
    assert to_text(coco_polygon_mask(outlines, WIDTH, HEIGHT)) == cocos_text(outlines, WIDTH, HEIGHT)


@few
@given(stars())
def test_cocos_rule_gives_cocos_bits_for_what_people_draw(polygon: Polygon) -> None:
    assert to_text(coco_polygon_mask(polygon, 61, 59)) == cocos_text(polygon, 61, 59)


@few
@given(polygons(0, 16))
def test_the_two_rules_differ_only_half_a_pixel_around_the_outlines(polygon: Polygon) -> None:
    ours, cocos = (decode(make(polygon, WIDTH, HEIGHT)) for make in (polygon_mask, coco_polygon_mask))
    assert (distances(centres()[ours != cocos], rings_of(polygon)) <= 0.5).all()


def test_holes_are_cut_out_by_cocos_rule_too() -> None:
    square = np.array([[1.0, 1], [9, 1], [9, 9], [1, 9]])
    whole, hole = Polygon([Part(square)]), Polygon([Part(square / 2 + 2)])
    ring = coco_polygon_mask(Polygon([Part(square, [square / 2 + 2])]), 12, 12)
    assert (
        decode(ring) == decode(coco_polygon_mask(whole, 12, 12)) & ~decode(coco_polygon_mask(hole, 12, 12))
    ).all()

"""Views: what lies where, and that the same number is always the same view."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from labelgraft.domain.training import Augmentation
from labelgraft.errors import BadSetting
from labelgraft.learning.dense.canvas import Canvas
from labelgraft.learning.dense.views import CLEAN, MIRROR, Picture, view_of, views_per_image

CANVAS = Canvas(256, 192)
sizes = st.integers(40, 400)


@settings(max_examples=60, deadline=None)
@given(
    width=sizes,
    height=sizes,
    number=st.integers(0, 500),
    at=st.tuples(st.floats(0.1, 0.9), st.floats(0.1, 0.9)),
)
def test_a_mark_in_the_image_is_found_where_the_view_says_that_its_box_lies(
    width: int, height: int, number: int, at: tuple[float, float]
) -> None:
    pixels = np.zeros((height, width, 3), np.uint8)
    side = max(8, min(width, height) // 4)
    left, top = int(at[0] * (width - side)), int(at[1] * (height - side))
    pixels[top : top + side, left : left + side] = 255
    colourless = replace(view_of("key", number), brightness=1.0, contrast=1.0, saturation=1.0)
    seen = colourless.of(Picture("key", pixels, width, height), CANVAS)
    placing = colourless.placing(width, height, CANVAS)
    edges = placing.boxes(np.array([[left, top, left + side, top + side]], np.float64))[0]
    bright = seen[..., 0] > 127
    rows, columns = np.mgrid[0 : CANVAS.height_px, 0 : CANVAS.width_px] + 0.5
    slack = 1.5 + 0.6 * max(
        abs(placing.scale_x), placing.scale_y
    )  # where pixels are enlarged, edges are soft
    inside = (columns > edges[0] + slack) & (columns < edges[2] - slack)
    inside &= (rows > edges[1] + slack) & (rows < edges[3] - slack)
    outside = (columns < edges[0] - slack) | (columns > edges[2] + slack)
    outside |= (rows < edges[1] - slack) | (rows > edges[3] + slack)
    assert bright[inside].all()
    assert not bright[outside].any()


@given(width=sizes, height=sizes, number=st.integers(0, 500))
def test_boxes_come_back_from_the_canvas_as_they_were(width: int, height: int, number: int) -> None:
    placing = view_of("key", number).placing(width, height, CANVAS)
    boxes = np.array([[1.0, 2.0, 30.5, 20.25], [0.0, 0.0, width, height]])
    assert placing.back.boxes(placing.boxes(boxes)) == pytest.approx(boxes)
    assert placing.back.points(placing.points(boxes[:, :2])) == pytest.approx(boxes[:, :2])


def test_the_clean_view_shows_the_whole_image_and_its_mirror_the_same_turned_round() -> None:
    draw = np.random.default_rng(0)
    picture = Picture("key", draw.integers(0, 256, (96, 128, 3)).astype(np.uint8), 128, 96)
    clean, mirror = (view_of("key", number).of(picture, CANVAS) for number in (CLEAN, MIRROR))
    assert np.array_equal(clean[:, ::-1], mirror)
    assert view_of("key", CLEAN).placing(128, 96, CANVAS).boxes(np.array([[0.0, 0, 128, 96]])).tolist() == [
        [0, 0, 256, 192]
    ]


def test_a_reduced_copy_of_an_image_lies_where_the_whole_one_does() -> None:
    whole = np.zeros((400, 600, 3), np.uint8)
    whole[100:200, 150:450] = 255
    small = whole[::4, ::4]
    for number in (0, 1, 5, 9):
        view = view_of("key", number)
        one, other = (view.of(Picture("key", p, 600, 400), CANVAS).astype(int) for p in (whole, small))
        assert (np.abs(one - other) > 60).mean() < 0.02


def test_views_follow_from_key_and_number_alone() -> None:
    assert view_of("a", 7) == view_of("a", 7)
    assert view_of("a", 7) != view_of("b", 7)
    assert view_of("a", 7) != view_of("a", 8)


def test_few_images_get_more_views() -> None:
    assert [views_per_image(n, Augmentation.STANDARD) for n in (20, 100, 101, 1001)] == [8, 8, 4, 2]
    assert views_per_image(20, Augmentation.NONE) == 1


def test_the_canvas_has_the_shape_of_most_images() -> None:
    assert Canvas.for_images([(640, 480)] * 3 + [(480, 640)], 512) == Canvas(512, 384)
    assert Canvas.for_images([(480, 640)], 512) == Canvas(384, 512)
    assert Canvas.for_images([(20000, 3)], 512) == Canvas(512, 64)
    assert Canvas.for_images([(1000, 500)]) == Canvas(512, 256)
    assert Canvas.for_images([(300, 300)]) == Canvas(320, 320)
    assert Canvas.for_images([(32, 32)]) == Canvas(256, 256)
    with pytest.raises(BadSetting, match="multiples of 32"):
        Canvas(500, 384)

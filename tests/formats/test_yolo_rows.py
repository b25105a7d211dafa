"""Outlines as rows: what is written of any shape is read as the same region and written again as the same row."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from labelgraft.domain.shapes.clip import clipped
from labelgraft.domain.shapes.keypoints import Keypoints
from labelgraft.domain.shapes.measure import area
from labelgraft.domain.shapes.polygon import Part, Polygon
from labelgraft.domain.shapes.rle import encode
from labelgraft.domain.shapes.shape import Shape
from labelgraft.formats.records import BadRecordError
from labelgraft.formats.yolo_rows import RowKind, Rows, read_row, write_row

OUTLINES = Rows(RowKind.OUTLINE)
seeds = st.integers(0, 2**32 - 1)


def written_and_read(shape: Shape, width: int, height: int) -> tuple[str, Shape]:
    row = write_row(shape, 0, OUTLINES, width, height)
    return row, read_row(row, OUTLINES, width, height).shape


@settings(max_examples=60, deadline=None)
@given(seeds, st.integers(1, 40), st.integers(1, 40), st.sampled_from([0.02, 0.3, 0.5, 0.8, 1.0]))
def test_a_mask_with_holes_and_parts_that_touch_at_corners_keeps_its_area_and_its_row(
    seed: int, width: int, height: int, density: float
) -> None:
    pixels = np.random.default_rng(seed).random((height, width)) < density
    pixels[seed % height, seed % width] = True
    row, back = written_and_read(encode(pixels), width, height)
    assert area(back) == pytest.approx(pixels.sum(), rel=1e-3)
    assert write_row(back, 0, OUTLINES, width, height) == row


@settings(max_examples=60, deadline=None)
@given(seeds, st.integers(3, 5000), st.integers(3, 5000))
def test_a_polygon_whose_outlines_cross_and_whose_parts_overlap_is_written_again_as_it_was_read(
    seed: int, width: int, height: int
) -> None:
    rng = np.random.default_rng(seed)

    def ring() -> object:
        count = rng.integers(3, 9)
        if rng.random() < 0.3:
            return rng.integers(0, 6, (count, 2)).astype(float)
        return rng.random((count, 2)) * (width, height)

    parts = [Part(ring(), [ring() for _ in range(rng.integers(0, 3))]) for _ in range(rng.integers(1, 4))]
    try:
        row, back = written_and_read(Polygon(parts), width, height)
    except BadRecordError:  # the drawn numbers lie in a line, or off a small image
        return
    assert write_row(back, 0, OUTLINES, width, height) == row


def test_a_part_in_the_hole_of_another_is_a_part_after_reading() -> None:
    pixels = np.zeros((9, 9), bool)
    pixels[1:8, 1:8] = True
    pixels[2:7, 2:7] = False
    pixels[4, 4] = True
    _, back = written_and_read(encode(pixels), 9, 9)
    assert isinstance(back, Polygon)
    assert [len(part.holes) for part in back.parts] == [1, 0]


def test_parts_that_overlap_cover_what_they_covered_together() -> None:
    square, other = [(2, 2), (12, 2), (12, 12), (2, 12)], [(8, 8), (18, 8), (18, 18), (8, 18)]
    _, back = written_and_read(Polygon([Part(square), Part(other)]), 20, 20)
    assert area(back) == pytest.approx(200 - 16, abs=0.01)


@pytest.mark.parametrize("at", [(0.0, 0.0), (81.0, 0.0), (81.0, 83.0), (40.0, 83.0)])
def test_a_single_keypoint_at_the_edge_has_a_box_within_the_image(at: tuple[float, float]) -> None:
    rows = Rows(RowKind.POINTS, (1, 3))
    row = write_row(Keypoints([at], [2]), 0, rows, 81, 83)
    back = read_row(row, rows, 81, 83).shape
    assert isinstance(back, Keypoints)
    assert back.box is not None
    assert clipped(back.box, 81, 83) == back.box
    assert write_row(back, 0, rows, 81, 83) == row

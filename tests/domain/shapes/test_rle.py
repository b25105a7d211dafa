"""Run lengths and COCO's text, against pycocotools."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from pycocotools import mask as coco
from tests.domain.shapes.drawn import any_pixels, few

from labelgraft.domain.arrays import Bools
from labelgraft.domain.shapes.mask import Mask
from labelgraft.domain.shapes.rle import decode, encode, from_text, to_text
from labelgraft.domain.shapes.runs import (
    column_pieces,
    from_counts,
    from_pieces,
    from_spans,
    pixel_bounds,
    pixel_count,
)
from labelgraft.errors import BadShape


def coco_text(pixels: Bools) -> str:
    text: str = coco.encode(np.asfortranarray(pixels.astype(np.uint8)))["counts"].decode()
    return text


@few
@given(any_pixels())
def test_pixels_survive_run_lengths_and_text(pixels: Bools) -> None:
    mask = encode(pixels)
    assert (decode(mask) == pixels).all()
    assert from_text(mask.width_px, mask.height_px, to_text(mask)) == mask


@few
@given(any_pixels())
def test_the_text_is_pycocotools_own(pixels: Bools) -> None:
    assert to_text(encode(pixels)) == coco_text(pixels)


@few
@given(st.lists(st.integers(1, 1 << 26), min_size=1, max_size=12), st.booleans())
def test_long_runs_have_pycocotools_text_too(runs: list[int], full: bool) -> None:
    counts = [0, *runs] if full else runs
    mask = Mask(sum(counts), 1, counts)
    theirs = coco.frPyObjects({"size": [1, sum(counts)], "counts": counts}, 1, sum(counts))
    assert to_text(mask) == theirs["counts"].decode()
    assert from_text(mask.width_px, 1, to_text(mask)) == mask


def test_arrays_larger_than_a_band_and_of_either_order_are_encoded_alike() -> None:
    pixels = np.random.default_rng(0).random((300, 517)) < 0.3
    assert encode(pixels) == encode(np.asfortranarray(pixels)) == encode(pixels[::-1][::-1])
    assert to_text(encode(pixels)) == coco_text(pixels)


@few
@given(any_pixels())
def test_bounds_and_count_are_those_of_the_pixels(pixels: Bools) -> None:
    mask = encode(pixels)
    rows, columns = np.nonzero(pixels)
    expected = (columns.min(), rows.min(), columns.max() + 1, rows.max() + 1) if len(rows) else None
    assert pixel_bounds(mask) == expected
    assert pixel_count(mask) == pixels.sum()


@few
@given(any_pixels())
def test_pieces_of_columns_make_the_mask_again(pixels: Bools) -> None:
    mask = encode(pixels)
    assert from_pieces(mask.width_px, mask.height_px, *column_pieces(mask)) == mask


@few
@given(st.lists(st.tuples(st.integers(0, 30), st.integers(0, 30)), max_size=8))
def test_spans_may_overlap_touch_and_come_in_any_order(spans: list[tuple[int, int]]) -> None:
    pixels = np.zeros(30, np.bool_)
    for start, end in spans:
        pixels[start:end] = True
    starts, ends = (np.array([span[side] for span in spans], np.int64) for side in (0, 1))
    assert from_spans(5, 6, starts, ends) == encode(pixels.reshape(5, 6).T)


@few
@given(st.lists(st.integers(0, 3), min_size=1, max_size=10).filter(any))
def test_runs_of_nothing_in_foreign_files_are_joined(counts: list[int]) -> None:
    pixels = np.repeat(np.arange(len(counts)) % 2 == 1, counts)
    assert from_counts(len(pixels), 1, counts) == encode(pixels[None])


@pytest.mark.parametrize("text", ["", "é", "P", "0P", "~", "PPPPPPPPPPPPP0", "5", "0100", "/5", "1O"])
def test_text_that_is_not_of_this_mask_is_refused(text: str) -> None:
    with pytest.raises(BadShape):
        from_text(2, 3, text)


@few
@given(st.text(st.characters(min_codepoint=40, max_codepoint=120), max_size=40))
def test_no_text_does_worse_than_be_refused(text: str) -> None:
    try:
        mask = from_text(4, 4, text)
    except BadShape:
        return
    assert mask.counts.sum() == 16


def test_run_lengths_that_wrap_around_to_the_right_sum_are_refused() -> None:
    with pytest.raises(BadShape, match="cover"):
        Mask(2, 2, [1 << 62, 1 << 62, 1 << 62, 1 << 62, 4])


@pytest.mark.parametrize("pixels", [np.zeros((2, 2)), np.zeros((0, 2), np.bool_), np.zeros(4, np.bool_)])
def test_other_arrays_than_pictures_of_truth_values_are_refused(pixels: Bools) -> None:
    with pytest.raises(BadShape):
        encode(pixels)


@pytest.mark.parametrize("counts", [[1.5, 2.5], [-1, 5], [[4]], [], [0]])
def test_run_lengths_that_are_none_are_refused(counts: list[object]) -> None:
    with pytest.raises(BadShape):
        from_counts(2, 2, counts)

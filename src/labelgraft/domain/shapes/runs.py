"""Masks as spans: where runs of pixels inside of the object begin and end, counted down the columns.

A span is [start, end) in column-major pixel numbers: pixel (column, row) has the number column * height + row. Work on
spans costs by the number of runs (about the outline's length), never by the number of pixels.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from labelgraft.domain.arrays import Ints
from labelgraft.domain.shapes.mask import Mask
from labelgraft.errors import BadShape


def from_counts(width_px: int, height_px: int, counts: Any) -> Mask:
    """A mask from anybody's run lengths, the first outside of the object; runs of 0 may stand anywhere.

    Raises: BadShape for counts that are not whole, below 0, or not of that image.
    """
    runs = np.atleast_1d(np.asarray(counts))
    if runs.ndim != 1 or runs.dtype.kind not in "iu" or (runs < 0).any():
        raise BadShape("mask: its run lengths are not a list of whole numbers from 0.")
    runs = runs.astype(np.int64)
    filled = runs > 0
    inside = (np.arange(len(runs)) & 1)[filled]
    lengths = runs[filled]
    if not len(lengths):
        raise BadShape(f"mask: its run lengths cover no pixel, expected {width_px} x {height_px}.")
    changes = np.flatnonzero(np.concatenate(([True], inside[1:] != inside[:-1])))
    joined = np.add.reduceat(lengths, changes)
    return Mask(width_px, height_px, np.concatenate(([0], joined)) if inside[0] else joined)


def spans_of(mask: Mask) -> tuple[Ints, Ints]:
    """Starts and ends, (R,) int64 each, ascending, apart from each other."""
    edges = np.cumsum(mask.counts)
    count = len(edges) // 2
    return edges[0::2][:count], edges[1::2][:count]


def from_spans(width_px: int, height_px: int, starts: Ints, ends: Ints) -> Mask:
    """The mask of all pixels in any of the spans; they may come in any order, overlap, touch or be empty.

    starts, ends: (R,) int64 in [0, width * height]. O(R log R).
    """
    order = np.argsort(starts, kind="stable")
    order = order[ends[order] > starts[order]]
    if not len(order):
        return Mask(width_px, height_px, [width_px * height_px])
    begin, reach = starts[order], np.maximum.accumulate(ends[order])
    apart = np.flatnonzero(np.concatenate(([True], begin[1:] > reach[:-1])))
    lasts = np.concatenate((apart[1:] - 1, [len(begin) - 1]))
    edges = np.empty(2 * len(apart) + 2, np.int64)
    edges[0], edges[-1] = 0, width_px * height_px
    edges[1:-1:2], edges[2:-1:2] = begin[apart], reach[lasts]
    counts = np.diff(edges)
    return Mask(width_px, height_px, counts if counts[-1] else counts[:-1])


def column_pieces(mask: Mask) -> tuple[Ints, Ints, Ints]:
    """The object cut at the columns: column, top row and the row below the bottom, (P,) int64 each, in order."""
    starts, ends = spans_of(mask)
    height = mask.height_px
    first, last = starts // height, (ends - 1) // height
    pieces = last - first + 1
    begins = np.cumsum(pieces) - pieces
    column = np.repeat(first - begins, pieces) + np.arange(int(pieces.sum()))
    top = np.maximum(np.repeat(starts, pieces) - column * height, 0)
    bottom = np.minimum(np.repeat(ends, pieces) - column * height, height)
    return column, top, bottom


def from_pieces(width_px: int, height_px: int, column: Ints, top: Ints, bottom: Ints) -> Mask:
    """The mask of pieces of columns, in any order; those outside of the image are cut off."""
    inside = (column >= 0) & (column < width_px)
    above = column[inside] * height_px
    return from_spans(
        width_px,
        height_px,
        above + np.clip(top[inside], 0, height_px),
        above + np.clip(bottom[inside], 0, height_px),
    )


def pixel_bounds(mask: Mask) -> tuple[int, int, int, int] | None:
    """Left, top, right and bottom edge of the object in whole pixels; None for an empty mask."""
    starts, ends = spans_of(mask)
    if not len(starts):
        return None
    height = mask.height_px
    first, last = starts // height, (ends - 1) // height
    left, right = int(first[0]), int(last[-1]) + 1
    if (first != last).any():
        return left, 0, right, height
    return left, int((starts - first * height).min()), right, int((ends - last * height).max())


def pixel_count(mask: Mask) -> int:
    """Pixels that belong to the object."""
    return int(mask.counts[1::2].sum())

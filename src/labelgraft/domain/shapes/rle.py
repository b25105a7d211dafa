"""Masks as arrays of pixels and as COCO's text.

The text is that of pycocotools' rleToString: differences of run lengths, five bits per character from "0" on.
Source: cocoapi, common/maskApi.c.
"""

from __future__ import annotations

import numpy as np

from labelgraft.domain.arrays import Bools, Ints
from labelgraft.domain.shapes.mask import Mask
from labelgraft.domain.shapes.runs import from_counts
from labelgraft.errors import BadShape

_BITS = 5
_MORE = 0x20
_SIGN = 0x10
_ZERO = 48
_MOST_GROUPS = 12  # 60 bits, far beyond MAX_PIXELS
_BAND = 256


def encode(pixels: Bools) -> Mask:
    """pixels: (height, width) bool, True where the object is. O(pixels). Raises: BadShape for another form."""
    if pixels.ndim != 2 or pixels.dtype != np.bool_ or 0 in pixels.shape:
        raise BadShape(f"mask: found {pixels.dtype} {pixels.shape}, expected bool (height, width).")
    height, width = pixels.shape
    flat = _down_the_columns(pixels)
    changes = np.flatnonzero(flat[1:] != flat[:-1]) + 1
    edges = np.concatenate(([0], changes, [height * width]))
    counts = np.diff(edges)
    return Mask(width, height, np.concatenate(([0], counts)) if flat[0] else counts)


def decode(mask: Mask) -> Bools:
    """(height, width) bool, column after column in memory (Fortran order). O(pixels)."""
    inside = (np.arange(len(mask.counts)) & 1).astype(np.bool_)
    return np.repeat(inside, mask.counts).reshape(mask.width_px, mask.height_px).T


def to_text(mask: Mask) -> str:
    """COCO's compressed counts, character by character what pycocotools writes. O(runs)."""
    values = mask.counts.copy()
    values[3:] -= mask.counts[1:-2]
    groups = np.ones(len(values), np.int64)
    for group in range(1, _MOST_GROUPS):
        half = 1 << (_BITS * group - 1)
        groups += (values < -half) | (values >= half)
    ends = np.cumsum(groups)
    text = np.empty(int(ends[-1]), np.uint8)
    for group in range(int(groups.max())):
        has = groups > group
        more = (groups[has] > group + 1) * _MORE
        text[(ends - groups)[has] + group] = ((values[has] >> (_BITS * group)) & 0x1F) + more + _ZERO
    return text.tobytes().decode("ascii")


def from_text(width_px: int, height_px: int, text: str) -> Mask:
    """The mask of COCO's compressed counts; runs of 0, which some tools write, are joined. O(length).

    Raises: BadShape for characters that do not belong there, or runs that are not of that image.
    """
    codes = np.frombuffer(text.encode("utf-8"), np.uint8).astype(np.int64) - _ZERO
    if not len(codes) or (codes < 0).any() or (codes > 0x3F).any() or codes[-1] & _MORE:
        raise BadShape("mask: its counts are not COCO's compressed text.")
    values = _signed(codes)
    values[3::2] = values[1::2].cumsum()[1:]
    values[2::2] = values[2::2].cumsum()
    return from_counts(width_px, height_px, values)


def _signed(codes: Ints) -> Ints:
    """The numbers that groups of five bits stand for."""
    last = np.flatnonzero((codes & _MORE) == 0)
    first = np.concatenate(([0], last[:-1] + 1))
    if int((last - first).max()) >= _MOST_GROUPS:
        raise BadShape("mask: its counts hold a number beyond the size of any image.")
    place = _BITS * (np.arange(len(codes)) - np.repeat(first, last - first + 1))
    values: Ints = np.add.reduceat((codes & 0x1F) << place, first)
    negative = (codes[last] & _SIGN) != 0
    values -= negative * (np.int64(1) << (place[last] + _BITS))
    return values


def _down_the_columns(pixels: Bools) -> Bools:
    """A flat copy, column after column; in bands, which transposes an array larger than the cache three times as fast."""
    if pixels.flags.f_contiguous:
        return pixels.T.reshape(-1)
    height, width = pixels.shape
    turned = np.empty((width, height), np.bool_)
    for top in range(0, height, _BAND):
        for left in range(0, width, _BAND):
            turned[left : left + _BAND, top : top + _BAND] = pixels[top : top + _BAND, left : left + _BAND].T
    return turned.reshape(-1)

"""A mask: which pixels of an image belong to one object, at the image's own resolution."""

from __future__ import annotations

from typing import Any

import numpy as np

from labelgraft.domain.arrays import Ints
from labelgraft.errors import BadShape

MAX_PIXELS = 1 << 40


class Mask:
    """Run lengths as COCO counts them: column by column from the top left, the first run outside of the object.

    width_px, height_px: of the upright image. counts: (N,) int64, >= 0; only the first may be 0; together they are
    width_px * height_px. Raises: BadShape.
    """

    __slots__ = ("counts", "height_px", "width_px")

    def __init__(self, width_px: int, height_px: int, counts: Any) -> None:
        if not (width_px > 0 and height_px > 0 and width_px * height_px <= MAX_PIXELS):
            raise BadShape(f"mask: found {width_px} x {height_px} px, expected the size of an image.")
        runs = np.array(counts, np.int64, ndmin=1)
        if runs.ndim != 1 or (runs < 0).any() or (runs[1:] == 0).any():
            raise BadShape("mask: its run lengths are not a list of counts above 0.")
        covered = runs.sum(dtype=np.float64)  # as a float it cannot wrap around to the right number
        if covered != width_px * height_px:
            raise BadShape(
                f"mask: its run lengths cover {covered:.0f} pixels, expected {width_px} x {height_px} = "
                f"{width_px * height_px}."
            )
        runs.setflags(write=False)
        self.width_px = width_px
        self.height_px = height_px
        self.counts: Ints = runs

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Mask) and self._key() == other._key()

    def __hash__(self) -> int:
        return hash(self._key())

    def __repr__(self) -> str:
        return f"Mask({self.width_px}, {self.height_px}, {self.counts.tolist()})"

    def _key(self) -> tuple[int, int, bytes]:
        return self.width_px, self.height_px, self.counts.tobytes()

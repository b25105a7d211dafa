"""The pass of the frozen part over the views that nobody has computed yet."""

from __future__ import annotations

import time
from collections.abc import Callable

import numpy as np

from labelgraft.domain.arrays import Pixels
from labelgraft.learning.backbones.finite import demand_finite
from labelgraft.learning.finetuning.activation_file import ActivationFile
from labelgraft.learning.finetuning.frozen_part import FrozenPart

_ROWS = 64
"""Views per call: some for every stream."""
_FLUSH_SECONDS = 2.0


def fill(
    file: ActivationFile,
    views: Pixels,
    part: FrozenPart,
    *,
    name: str = "the backbone",
    stepped: Callable[[int, int], None] = lambda *_: None,
) -> int:
    """Computes what is missing of prepared views (N, V, H, W, 3) uint8; gives how many rows that were.

    What was computed stays, however this ends. stepped: told the rows done and all rows to do; it may raise to
    stop. Raises BadInput if an activation is not finite.
    """
    images, numbers = np.nonzero(~file.known)
    flushed = time.monotonic()
    try:
        for start in range(0, len(images), _ROWS):
            some = slice(start, start + _ROWS)
            rows = part(np.array(views[images[some], numbers[some]]))
            demand_finite(rows.reshape(len(rows), -1), name, "f32")
            file.put(images[some], numbers[some], rows)
            stepped(min(start + _ROWS, len(images)), len(images))
            if time.monotonic() - flushed > _FLUSH_SECONDS:
                file.flush()
                flushed = time.monotonic()
    finally:
        file.flush()
    return len(images)

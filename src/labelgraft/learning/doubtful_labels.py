"""Labels that the neighbours of an image contradict."""

from __future__ import annotations

import numpy as np

from labelgraft.domain.arrays import Bools, Floats, Ints
from labelgraft.learning.directions import unit_rows

NEIGHBOURS = 10
AGREEING = 0.7
"""Of the neighbours, all of one other class."""
BLOCK = 2_000


def contradicted(rows: Floats, classes: Ints) -> Bools:
    """Which labelled images have most of their nearest labelled images in one other class.

    Args:
        rows: (M, D) float32 vectors of the labelled images, any length. classes: (M,) int64.
    Returns: (M,) bool; none with fewer than 11 labelled images.
    """
    found = np.zeros(len(rows), np.bool_)
    if len(rows) <= NEIGHBOURS:
        return found
    unit = unit_rows(rows)
    for start in range(0, len(unit), BLOCK):
        some = np.arange(start, min(start + BLOCK, len(unit)))
        cosine = unit[some] @ unit.T
        cosine[np.arange(len(some)), some] = -np.inf
        near = classes[np.argpartition(-cosine, NEIGHBOURS - 1, axis=1)[:, :NEIGHBOURS]]
        near.sort(axis=1)
        # Where one class holds most of an ordered row, it holds its middle.
        majority = near[:, NEIGHBOURS // 2]
        share = (near == majority[:, None]).mean(axis=1)
        found[some] = (share >= AGREEING) & (majority != classes[some])
    return found

"""How unlike the rest each image of a selection is."""

from __future__ import annotations

import numpy as np

from labelgraft.domain.arrays import Floats
from labelgraft.learning.directions import unit_rows
from labelgraft.learning.odd_ones import robust_deviations

KEPT_SHARE = 0.7
"""Of the images, the nearest to the centre, from which the centre is found again: odd ones have no say in it."""
ROUNDS = 3


def oddness_in(rows: Floats) -> Floats:
    """How far each image is from the centre of all, in robust standard deviations.

    The centre is the mean direction of the nearest 70 %, found in three rounds, so that a third of odd ones does not
    draw it away. The distance is 1 - cosine.

    Args:
        rows: (N, D) float32, any length of row.
    Returns: (N,) float32, 0 at the median, may be negative.
    """
    unit = unit_rows(rows)
    distance: Floats = np.zeros(len(rows), np.float32)
    if len(rows) < 3:
        return distance
    near = np.arange(len(rows))
    for _ in range(ROUNDS):
        centre = unit[near].mean(axis=0)
        distance = (1 - unit @ (centre / max(float(np.linalg.norm(centre)), 1e-12))).astype(np.float32)
        near = np.argpartition(distance, int(KEPT_SHARE * (len(rows) - 1)))[: int(KEPT_SHARE * len(rows)) + 1]
    return robust_deviations(distance)

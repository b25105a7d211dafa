"""How unlike the rest each image of a selection is."""

from __future__ import annotations

import numpy as np

from labelgraft.domain.arrays import Floats

KEPT_SHARE = 0.7
"""Of the images, the nearest to the centre, from which the centre is found again: odd ones have no say in it."""
ROUNDS = 3
NORMAL_SPREAD = 1.4826
LEAST_SPREAD = 1e-3


def oddness_in(rows: Floats) -> Floats:
    """How far each image is from the centre of all, in robust standard deviations.

    The centre is the mean direction of the nearest 70 %, found in three rounds, so that a third of odd ones does not
    draw it away. The distance is 1 - cosine.

    Args:
        rows: (N, D) float32, any length of row.
    Returns: (N,) float32, 0 at the median, may be negative.
    """
    length = np.linalg.norm(rows, axis=1, keepdims=True)
    unit = rows / np.maximum(length, 1e-12)
    distance: Floats = np.zeros(len(rows), np.float32)
    if len(rows) < 3:
        return distance
    near = np.arange(len(rows))
    for _ in range(ROUNDS):
        centre = unit[near].mean(axis=0)
        distance = (1 - unit @ (centre / max(float(np.linalg.norm(centre)), 1e-12))).astype(np.float32)
        near = np.argpartition(distance, int(KEPT_SHARE * (len(rows) - 1)))[: int(KEPT_SHARE * len(rows)) + 1]
    middle = np.median(distance)
    spread = max(NORMAL_SPREAD * float(np.median(np.abs(distance - middle))), LEAST_SPREAD)
    scaled: Floats = ((distance - middle) / spread).astype(np.float32)
    return scaled

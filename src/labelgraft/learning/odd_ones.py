"""Members of an island that are least like the rest of it."""

from __future__ import annotations

import numpy as np

from labelgraft.domain.arrays import Floats, Ints
from labelgraft.errors import ShapeMismatch
from labelgraft.learning.directions import unit_rows

NORMAL_SPREAD = 1.4826
"""A median absolute deviation times this is the standard deviation of a normal distribution."""
LEAST_SPREAD = 1e-3
"""Of cosines: in an island of near-copies nothing is odd for being a thousandth away."""


def oddness(embedding: Floats, islands: Ints) -> Floats:
    """How far each image is from the rest of its island, in robust standard deviations of that island.

    The distance is 1 - cosine to the mean direction of the others; an image has no say in the mean it is compared with.
    About 1 image in 1,000 of an even island is above 3.

    Args:
        embedding: (N, D) float32, any length of row. islands: (N,) int64, -1 for none.
    Returns: (N,) float32, 0 at the island's median, may be negative; NaN outside islands.
    Raises: ShapeMismatch; BadInput for NaN or infinite values.
    """
    if len(embedding) != len(islands):
        raise ShapeMismatch(
            f"embedding has {len(embedding)} rows, islands {len(islands)}; expected the same."
        )
    unit = unit_rows(embedding)
    found: Floats = np.full(len(unit), np.nan, np.float32)
    for number in np.unique(islands[islands >= 0]):
        member = np.flatnonzero(islands == number)
        found[member] = robust_deviations(_distances(unit[member]))
    return found


def _distances(rows: Floats) -> Floats:
    """1 - cosine of each row to the sum of the others; 0 for a single row."""
    others = rows.sum(axis=0, dtype=np.float64) - rows
    length = np.linalg.norm(others, axis=1)
    cosine = np.einsum("nd,nd->n", rows, others) / np.maximum(length, 1e-12)
    return np.where(length > 1e-9, 1 - cosine, 0).astype(np.float32)


def robust_deviations(distances: Floats) -> Floats:
    """Distances from the median in robust standard deviations."""
    middle = np.median(distances)
    spread = max(NORMAL_SPREAD * float(np.median(np.abs(distances - middle))), LEAST_SPREAD)
    scaled: Floats = ((distances - middle) / spread).astype(np.float32)
    return scaled

"""Points in an image: the one frame that all shapes share.

float64 pixels of the upright image at full resolution; (0, 0) is the corner of the top-left pixel, x to the right, y
down. The centre of the top-left pixel is (0.5, 0.5).
"""

from __future__ import annotations

from typing import Any

import numpy as np

from labelgraft.domain.arrays import Doubles
from labelgraft.errors import BadShape

FARTHEST_PX = 1e9
"""No coordinate and no side is larger, so that products of them stay exact enough and never overflow."""


def read_only_points(values: Any, what: str, *, at_least: int) -> Doubles:
    """An own copy that nobody can change; values: (N, 2).

    what: how to call them in an error. Raises: BadShape for another shape, too few points, or one that is not finite or
    farther than FARTHEST_PX.
    """
    points = np.array(values, np.float64, ndmin=2)
    if points.ndim != 2 or points.shape[1] != 2 or len(points) < at_least:
        raise BadShape(
            f"{what}: found {points.shape} numbers, expected at least {at_least} points of x and y."
        )
    near = np.abs(points) <= FARTHEST_PX
    if not near.all():
        raise BadShape(
            f"{what}: found {points[~near][0]}, expected pixels within {FARTHEST_PX:.0e} of the image."
        )
    points.setflags(write=False)
    return points

"""How far a share that was measured on some images may be from the truth."""

from __future__ import annotations

import math

from labelgraft.domain.model import Interval

Z95 = 1.959963984540054


def wilson(successes: float, count: int) -> Interval:
    """A share with its 95 % interval (Wilson 1927); 0 of 0 gives the interval 0 to 1.

    successes: 0 to count, whole or, where an image can be right in part, a sum of parts.
    """
    if count == 0:
        return Interval(0.0, 0.0, 1.0, 0)
    share = successes / count
    spread = Z95 * Z95 / count
    middle = (share + spread / 2) / (1 + spread)
    half = Z95 / (1 + spread) * math.sqrt(share * (1 - share) / count + spread / (4 * count))
    return Interval(share, max(0.0, min(share, middle - half)), min(1.0, max(share, middle + half)), count)

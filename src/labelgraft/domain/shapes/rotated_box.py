"""A box turned about its centre."""

from __future__ import annotations

import math
from dataclasses import dataclass

from labelgraft.errors import BadShape


@dataclass(frozen=True, slots=True)
class RotatedBox:
    """Centre and sides in pixels; degrees clockwise on the screen, 0 to below 360.

    At 0 degrees width lies along x. Raises: BadShape for numbers that are not finite or sides that are not above 0.
    """

    centre_x: float
    centre_y: float
    width: float
    height: float
    degrees: float = 0.0

    def __post_init__(self) -> None:
        numbers = (self.centre_x, self.centre_y, self.width, self.height, self.degrees)
        if not all(math.isfinite(number) for number in numbers):
            raise BadShape(f"rotated box: found {numbers}, expected finite pixels and degrees.")
        if self.width <= 0 or self.height <= 0:
            raise BadShape(f"rotated box: found sides {self.width} x {self.height} px, expected above 0.")
        object.__setattr__(self, "degrees", self.degrees % 360.0)

"""A box turned about its centre."""

from __future__ import annotations

import math
from dataclasses import dataclass

from labelgraft.domain.shapes.points import FARTHEST_PX
from labelgraft.errors import BadShape


@dataclass(frozen=True, slots=True)
class RotatedBox:
    """Centre and sides in pixels; degrees clockwise on the screen, 0 to below 360.

    At 0 degrees width lies along x. Raises: BadShape for numbers that are not finite or beyond FARTHEST_PX, or
    sides not above 0.
    """

    centre_x: float
    centre_y: float
    width: float
    height: float
    degrees: float = 0.0

    def __post_init__(self) -> None:
        numbers = (self.centre_x, self.centre_y, self.width, self.height, self.degrees)
        if not (all(abs(pixels) <= FARTHEST_PX for pixels in numbers[:4]) and math.isfinite(self.degrees)):
            raise BadShape(
                f"rotated box: found {numbers}, expected pixels within {FARTHEST_PX:.0e} of the image and finite degrees."
            )
        if self.width <= 0 or self.height <= 0:
            raise BadShape(f"rotated box: found sides {self.width} x {self.height} px, expected above 0.")
        turned = self.degrees % 360.0
        object.__setattr__(self, "degrees", turned if turned < 360.0 else 0.0)  # -1e-20 % 360 is 360

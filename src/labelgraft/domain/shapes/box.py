"""A box with sides along the image."""

from __future__ import annotations

import math
from dataclasses import dataclass

from labelgraft.errors import BadShape


@dataclass(frozen=True, slots=True)
class Box:
    """Edges in pixels; right > left and bottom > top. It may reach outside of the image.

    Raises: BadShape for edges that are not finite or enclose nothing.
    """

    left: float
    top: float
    right: float
    bottom: float

    def __post_init__(self) -> None:
        edges = (self.left, self.top, self.right, self.bottom)
        if not all(math.isfinite(edge) for edge in edges):
            raise BadShape(f"box: found the edges {edges}, expected finite pixels.")
        if self.right <= self.left or self.bottom <= self.top:
            raise BadShape(f"box: found the edges {edges} (left, top, right, bottom), which enclose nothing.")

    @property
    def width(self) -> float:
        """Pixels, > 0."""
        return self.right - self.left

    @property
    def height(self) -> float:
        """Pixels, > 0."""
        return self.bottom - self.top

"""A box with sides along the image."""

from __future__ import annotations

from dataclasses import dataclass

from labelgraft.domain.shapes.points import FARTHEST_PX
from labelgraft.errors import BadShape


@dataclass(frozen=True, slots=True)
class Box:
    """Edges in pixels; right > left and bottom > top. It may reach outside of the image.

    Raises: BadShape for edges that are not finite, farther than FARTHEST_PX, or enclose nothing.
    """

    left: float
    top: float
    right: float
    bottom: float

    def __post_init__(self) -> None:
        edges = (self.left, self.top, self.right, self.bottom)
        if not all(-FARTHEST_PX <= edge <= FARTHEST_PX for edge in edges):
            raise BadShape(
                f"box: found the edges {edges}, expected pixels within {FARTHEST_PX:.0e} of the image."
            )
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

"""What people drew in an image, as arrays that a head can be taught."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np

from labelgraft.domain.arrays import AnyArray, Doubles, Ints
from labelgraft.errors import ShapeMismatch


@dataclass(frozen=True, slots=True, eq=False)
class Truth:
    """The objects of one image, in pixels of the upright image in full resolution. An image may have none.

    boxes: (M, 4) left, top, right, bottom. classes: (M,) int64. points: (M, K, 3) x, y, visibility (0 = absent), for
    keypoints. areas: (H, W) int64 class of each pixel, -1 = not judged, of the decoded image, for areas of classes.
    Raises ShapeMismatch if lengths differ.
    """

    boxes: Doubles = field(default_factory=lambda: np.zeros((0, 4)))
    classes: Ints = field(default_factory=lambda: np.zeros(0, np.int64))
    points: Doubles | None = None
    areas: AnyArray | None = None

    def __post_init__(self) -> None:
        if self.boxes.shape != (len(self.classes), 4):
            raise ShapeMismatch(f"{len(self.classes)} classes, but boxes of the shape {self.boxes.shape}")

"""What a model found in one image."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field, replace

import numpy as np

from labelgraft.domain.arrays import Doubles, Floats, Ints
from labelgraft.domain.shapes.box import Box
from labelgraft.domain.shapes.keypoints import Keypoints, Visibility
from labelgraft.domain.shapes.mask import Mask
from labelgraft.domain.shapes.shape import Shape, ShapeKind

POINT_THRESHOLD = 0.2


@dataclass(frozen=True, slots=True, eq=False)
class Found:
    """N objects of one image, the most confident first, in pixels of the upright image as it was given.

    kind: BOX, MASK or KEYPOINTS: which of the last two is filled beside the boxes.
    class_indexes: (N,) int64, into the class names of the description.
    confidences: (N,) float32, 0 to 1, the model's own: not calibrated.
    boxes: (N, 4) float64: left, top, right, bottom, inside the image and never empty; around masks and points.
    masks: N masks of the image's size, or none. keypoints: (N, K, 3) float64 x, y, score, or (0, 0, 3).
    """

    kind: ShapeKind
    class_indexes: Ints
    confidences: Floats
    boxes: Doubles
    masks: tuple[Mask, ...] = ()
    keypoints: Doubles = field(default_factory=lambda: np.zeros((0, 0, 3)))

    def __len__(self) -> int:
        return len(self.class_indexes)

    def shapes(self, *, point_threshold: float = POINT_THRESHOLD) -> Iterator[Shape]:
        """As values of the domain, in order.

        point_threshold: keypoints with a lower score are absent.
        """
        for at, (left, top, right, bottom) in enumerate(self.boxes.tolist()):
            if self.kind is ShapeKind.MASK:
                yield self.masks[at]
            elif self.kind is ShapeKind.KEYPOINTS:
                points = self.keypoints[at]
                seen = np.where(points[:, 2] >= point_threshold, Visibility.VISIBLE, Visibility.ABSENT)
                yield Keypoints(points[:, :2], seen, Box(left, top, right, bottom))
            else:
                yield Box(left, top, right, bottom)

    def only(self, chosen: Ints) -> Found:
        """Those at the positions of `chosen`, in its order."""
        return replace(
            self,
            class_indexes=self.class_indexes[chosen],
            confidences=self.confidences[chosen],
            boxes=self.boxes[chosen],
            masks=tuple(self.masks[at] for at in chosen) if self.masks else (),
            keypoints=self.keypoints[chosen] if len(self.keypoints) else self.keypoints,
        )

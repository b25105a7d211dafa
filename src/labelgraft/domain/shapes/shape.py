"""Any shape, and its name."""

from __future__ import annotations

from enum import StrEnum
from typing import TypeAlias

from labelgraft.domain.shapes.box import Box
from labelgraft.domain.shapes.keypoints import Keypoints
from labelgraft.domain.shapes.mask import Mask
from labelgraft.domain.shapes.polygon import Polygon
from labelgraft.domain.shapes.rotated_box import RotatedBox

Shape: TypeAlias = Box | RotatedBox | Polygon | Mask | Keypoints


class ShapeKind(StrEnum):
    """What a shape is called in tables, JSON and on buttons."""

    BOX = "box"
    ROTATED_BOX = "rotated-box"
    POLYGON = "polygon"
    MASK = "mask"
    KEYPOINTS = "keypoints"


_KINDS: dict[type[Shape], ShapeKind] = {
    Box: ShapeKind.BOX,
    RotatedBox: ShapeKind.ROTATED_BOX,
    Polygon: ShapeKind.POLYGON,
    Mask: ShapeKind.MASK,
    Keypoints: ShapeKind.KEYPOINTS,
}


def kind_of(shape: Shape) -> ShapeKind:
    """What a shape is called."""
    return _KINDS[type(shape)]

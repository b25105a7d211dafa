"""Shapes as results of Label Studio, and back: percent of the image's sides, turned boxes about their top-left corner."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from typing import Any

from labelgraft.domain.shapes.box import Box
from labelgraft.domain.shapes.keypoints import Keypoints
from labelgraft.domain.shapes.mask import Mask
from labelgraft.domain.shapes.measure import corners
from labelgraft.domain.shapes.polygon import Polygon
from labelgraft.domain.shapes.raster import polygon_mask
from labelgraft.domain.shapes.repair import Repaired, repaired
from labelgraft.domain.shapes.rle import decode, encode
from labelgraft.domain.shapes.rotated_box import RotatedBox
from labelgraft.domain.shapes.shape import Shape, ShapeKind
from labelgraft.errors import BadShape
from labelgraft.formats.label_studio_brush import packed, unpacked
from labelgraft.formats.records import BadRecordError

RECTANGLE, POLYGON, BRUSH = "rectanglelabels", "polygonlabels", "brushlabels"
DECIMALS = 9
"""Of a percentage."""


def result_of(shape: Shape, width_px: int, height_px: int) -> tuple[str, dict[str, Any]]:
    """The type of the result and its value, but for the labels. Raises: BadShape."""
    match shape:
        case Box():
            sides = shape.left, shape.top, shape.width, shape.height
            return RECTANGLE, _rectangle(*sides, 0.0, width_px, height_px)
        case RotatedBox():
            x, y = corners(shape)[0].tolist()
            return RECTANGLE, _rectangle(x, y, shape.width, shape.height, shape.degrees, width_px, height_px)
        case Polygon():
            (part, *others) = shape.parts
            if others or part.holes:
                return BRUSH, _brush(polygon_mask(shape, width_px, height_px))
            points = [[_percent(x, width_px), _percent(y, height_px)] for x, y in part.outline.tolist()]
            return POLYGON, {"points": points, "closed": True}
        case Mask():
            return BRUSH, _brush(shape)
        case Keypoints():
            raise BadShape("Label Studio has no keypoints of one object")


def shape_of(kind: str, value: Mapping[str, Any], width_px: int, height_px: int) -> Repaired:
    """The shape of a result. Raises: BadRecordError."""
    if kind in (RECTANGLE, "rectangle"):
        return _box(value, width_px, height_px)
    if kind in (POLYGON, "polygon"):
        points = value.get("points")
        if not isinstance(points, list):
            raise BadRecordError("its polygon has no points")
        ring = [_pair(point, width_px, height_px) for point in points]
        return repaired(ShapeKind.POLYGON, [[ring]], width_px=width_px, height_px=height_px, outside="keep")
    if value.get("format") != "rle" or not isinstance(value.get("rle"), list):
        raise BadRecordError("its brush has no run lengths")
    pixels = unpacked(value["rle"], width_px, height_px)
    if not pixels.any():
        raise BadRecordError("its brush is empty")
    return Repaired(encode(pixels))


def _percent(pixels: float, side: int) -> float:
    return round(100 * pixels / side, DECIMALS) + 0.0


def _rectangle(
    x: float, y: float, width: float, height: float, degrees: float, wide: int, high: int
) -> dict[str, Any]:
    return {
        "x": _percent(x, wide), "y": _percent(y, high), "width": _percent(width, wide),
        "height": _percent(height, high), "rotation": round(degrees, DECIMALS),
    }  # fmt: skip


def _brush(mask: Mask) -> dict[str, Any]:
    return {"format": "rle", "rle": packed(decode(mask))}


def _number(value: Mapping[str, Any], name: str) -> float:
    found = value.get(name)
    if not isinstance(found, int | float) or isinstance(found, bool) or not math.isfinite(found):
        raise BadRecordError(f"its {name} is no number")
    return float(found)


def _pair(point: Any, wide: int, high: int) -> tuple[float, float]:
    if not isinstance(point, Sequence) or isinstance(point, str) or len(point) != 2:
        raise BadRecordError("its points are no pairs of numbers")
    named = {"x": point[0], "y": point[1]}
    return _number(named, "x") * wide / 100, _number(named, "y") * high / 100


def _box(value: Mapping[str, Any], wide: int, high: int) -> Repaired:
    x, y = _number(value, "x") * wide / 100, _number(value, "y") * high / 100
    width, height = _number(value, "width") * wide / 100, _number(value, "height") * high / 100
    degrees = _number(value, "rotation") if value.get("rotation") is not None else 0.0
    if degrees % 360 == 0:
        edges = [x, y, x + width, y + height]
        return repaired(ShapeKind.BOX, edges, width_px=wide, height_px=high, outside="keep")
    angle = math.radians(degrees)
    middle = (
        x + width / 2 * math.cos(angle) - height / 2 * math.sin(angle),
        y + width / 2 * math.sin(angle) + height / 2 * math.cos(angle),
    )
    return repaired(ShapeKind.ROTATED_BOX, [*middle, width, height, degrees], width_px=wide, height_px=high)

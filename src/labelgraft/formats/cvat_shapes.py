"""Shapes as the tags of CVAT's XML, and back: pixels from the outer edge of the first one, six decimals.

- box: xtl, ytl, xbr, ybr, and of a turned one rotation, in degrees about the centre
- polygon: points "x,y;x,y", one ring
- mask: left, top, width, height and run lengths row by row inside of them, those of zeros first
- skeleton: a tag for each point, which names it
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from labelgraft.domain.shapes.box import Box
from labelgraft.domain.shapes.keypoints import Keypoints, Skeleton, Visibility
from labelgraft.domain.shapes.mask import Mask
from labelgraft.domain.shapes.polygon import Polygon
from labelgraft.domain.shapes.raster import polygon_mask
from labelgraft.domain.shapes.repair import Repaired, repaired
from labelgraft.domain.shapes.rle import decode, encode
from labelgraft.domain.shapes.rotated_box import RotatedBox
from labelgraft.domain.shapes.runs import pixel_bounds
from labelgraft.domain.shapes.shape import Shape, ShapeKind
from labelgraft.errors import BadShape
from labelgraft.formats.records import BadRecordError

DECIMALS = 6
ANY_SIZE_PX = 1 << 20
MOST_MASK_PIXELS = 1 << 28


@dataclass(frozen=True, slots=True)
class Fields:
    """A tag with its attributes, and of a skeleton those of its points."""

    tag: str
    values: Mapping[str, str]
    points: Sequence[Mapping[str, str]] = field(default_factory=tuple)


def fields_of(shape: Shape, skeleton: Skeleton | None, width_px: int, height_px: int) -> Fields:
    """What is written of a shape. A polygon of several parts or with holes becomes a mask. Raises: BadShape."""
    match shape:
        case Box():
            return Fields("box", _edges(shape.left, shape.top, shape.right, shape.bottom))
        case RotatedBox():
            half = shape.width / 2, shape.height / 2
            edges = _edges(
                shape.centre_x - half[0], shape.centre_y - half[1], shape.centre_x + half[0], shape.centre_y + half[1]
            )  # fmt: skip
            return Fields("box", {**edges, "rotation": _text(shape.degrees)})
        case Polygon():
            (part, *others) = shape.parts
            if others or part.holes:
                return _mask_fields(polygon_mask(shape, width_px, height_px))
            told = ";".join(f"{_text(x)},{_text(y)}" for x, y in part.outline.tolist())
            return Fields("polygon", {"points": told})
        case Mask():
            return _mask_fields(shape)
        case Keypoints():
            return Fields("skeleton", {}, _point_fields(shape, skeleton))


def shape_of(fields: Fields, skeleton: Skeleton | None, width_px: int, height_px: int) -> Repaired:
    """The shape of a tag; width_px, height_px: of the image, 0 where they are not known. Raises: BadRecordError."""
    wide, high = width_px or ANY_SIZE_PX, height_px or ANY_SIZE_PX
    if fields.tag == "box":
        return _box(fields.values, wide, high)
    if fields.tag == "polygon":
        ring = [_pair(text) for text in fields.values.get("points", "").split(";")]
        return repaired(ShapeKind.POLYGON, [[ring]], width_px=wide, height_px=high, outside="keep")
    if fields.tag == "mask":
        return _mask(fields.values, width_px, height_px)
    return repaired(
        ShapeKind.KEYPOINTS, _table(fields.points, skeleton), width_px=wide, height_px=high, outside="keep"
    )


def _text(number: float) -> str:
    text = f"{number:.{DECIMALS}f}".rstrip("0").rstrip(".")
    return "0" if text == "-0" else text


def _edges(left: float, top: float, right: float, bottom: float) -> dict[str, str]:
    return {"xtl": _text(left), "ytl": _text(top), "xbr": _text(right), "ybr": _text(bottom)}


def _mask_fields(mask: Mask) -> Fields:
    bounds = pixel_bounds(mask)
    if bounds is None:
        raise BadShape("the mask is empty")
    left, top, right, bottom = bounds
    pixels = decode(mask)[top:bottom, left:right].reshape(-1)
    changes = np.flatnonzero(np.diff(pixels.astype(np.int8))) + 1
    runs = np.diff(np.concatenate(([0], changes, [len(pixels)]))).tolist()
    counts = [0, *runs] if pixels[0] else runs
    return Fields(
        "mask",
        {
            "rle": ", ".join(map(str, counts)), "left": str(left), "top": str(top), "width": str(right - left),
            "height": str(bottom - top),
        },
    )  # fmt: skip


def _point_fields(shape: Keypoints, skeleton: Skeleton | None) -> list[dict[str, str]]:
    names = [str(number + 1) for number in range(len(shape.points))] if skeleton is None else skeleton.names
    if len(names) != len(shape.points):
        raise BadShape(f"{len(shape.points)} points, where the skeleton has {len(names)}")
    return [
        {
            "label": name, "occluded": str(int(seen == Visibility.HIDDEN)), "outside": str(int(seen == Visibility.ABSENT)),
            "points": f"{_text(x)},{_text(y)}",
        }
        for name, (x, y), seen in zip(names, shape.points.tolist(), shape.visibility.tolist(), strict=True)
    ]  # fmt: skip


def _number(text: str | None) -> float:
    try:
        number = float(text or "")
    except ValueError:
        raise BadRecordError(f"found {str(text)[:40]!r}, expected a number") from None
    if not math.isfinite(number):
        raise BadRecordError(f"found {str(text)[:40]!r}, expected a finite number")
    return number


def _pair(text: str) -> tuple[float, float]:
    x, comma, y = text.partition(",")
    if not comma:
        raise BadRecordError(f"found {text[:40]!r}, expected points as x,y;x,y")
    return _number(x), _number(y)


def _box(values: Mapping[str, str], wide: int, high: int) -> Repaired:
    left, top, right, bottom = (_number(values.get(name)) for name in ("xtl", "ytl", "xbr", "ybr"))
    if "rotation" not in values:
        edges = [left, top, right, bottom]
        return repaired(ShapeKind.BOX, edges, width_px=wide, height_px=high, outside="keep")
    degrees = _number(values["rotation"])
    five = [(left + right) / 2, (top + bottom) / 2, right - left, bottom - top, degrees]
    return repaired(ShapeKind.ROTATED_BOX, five, width_px=wide, height_px=high)


def _mask(values: Mapping[str, str], width: int, height: int) -> Repaired:
    left, top, wide, high = (_whole(values.get(name)) for name in ("left", "top", "width", "height"))
    if not (width and height):
        raise BadRecordError("the size of the image of a mask is not told")
    if not (wide and high) or left + wide > width or top + high > height or width * height > MOST_MASK_PIXELS:
        raise BadRecordError("its mask does not lie in the image")
    counts = [_whole(text) for text in values.get("rle", "").split(",")]
    if sum(counts) != wide * high:
        raise BadRecordError(f"its mask has {sum(counts)} pixels, expected {wide} x {high}")
    pixels = np.zeros((height, width), np.bool_)
    inner = np.repeat(np.arange(len(counts)) % 2 == 1, counts)
    pixels[top : top + high, left : left + wide] = inner.reshape(high, wide)
    if not pixels.any():
        raise BadRecordError("its mask is empty")
    return Repaired(encode(pixels))


def _whole(text: str | None) -> int:
    number = _number(text)
    if not number.is_integer() or not 0 <= number <= MOST_MASK_PIXELS:
        raise BadRecordError(f"found {str(text)[:40]!r}, expected a whole number")
    return int(number)


def _table(points: Sequence[Mapping[str, str]], skeleton: Skeleton | None) -> list[list[float]]:
    """x, y, visibility of each point in the order of the skeleton; those that are not there are absent."""
    found: dict[Any, list[float]] = {}
    for at, point in enumerate(points):
        x, y = _pair(point.get("points", "").split(";")[0])
        seen = Visibility.HIDDEN if point.get("occluded") == "1" else Visibility.VISIBLE
        seen = Visibility.ABSENT if point.get("outside") == "1" else seen
        found[at if skeleton is None else point.get("label", "")] = [x, y, float(seen)]
    if not found:
        raise BadRecordError("its skeleton has no points")
    names: Sequence[Any] = range(len(points)) if skeleton is None else skeleton.names
    return [found.get(name, [0.0, 0.0, 0.0]) for name in names]

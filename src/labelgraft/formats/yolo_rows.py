"""Rows of YOLO text files as shapes, and back: fractions of the upright image with six decimals.

- box: class cx cy w h, and perhaps a confidence
- outline: class x y x y ...; parts and holes of one object hang together by a way to and fro from the first vertex
- rotated: class x y x y x y x y, the four corners
- keypoints: class cx cy w h, then x y (visibility) per point
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum

import numpy as np

from labelgraft.domain.arrays import Doubles
from labelgraft.domain.shapes.box import Box
from labelgraft.domain.shapes.clip import clipped
from labelgraft.domain.shapes.crossings import do_cross
from labelgraft.domain.shapes.keypoints import Keypoints
from labelgraft.domain.shapes.mask import Mask
from labelgraft.domain.shapes.measure import bounds, corners
from labelgraft.domain.shapes.nesting import in_parts
from labelgraft.domain.shapes.points import FARTHEST_PX
from labelgraft.domain.shapes.polygon import Part, Polygon
from labelgraft.domain.shapes.raster import polygon_mask
from labelgraft.domain.shapes.repair import Notice, Repaired, repaired
from labelgraft.domain.shapes.rotated_box import RotatedBox
from labelgraft.domain.shapes.runs import pixel_count
from labelgraft.domain.shapes.scanlines import edges_of, polygon_edges
from labelgraft.domain.shapes.shape import Shape, ShapeKind
from labelgraft.domain.shapes.trace import mask_polygon
from labelgraft.errors import BadShape
from labelgraft.formats.records import BadRecordError

DECIMALS = 6
OUT_OF_RANGE = 0.01
"""ultralytics drops files with numbers below 0 or above 1.01."""
RIGHT_ANGLE = 0.02
"""Four corners are a rotated box where their angles differ from right ones by less, as a cosine."""


_ROUNDS = 4
"""How often an outline is read and written until nothing changes; the second time hardly ever does."""


class RowKind(StrEnum):
    """What the rows of a set are; tools expect one kind in all files."""

    BOX = "detect"
    OUTLINE = "segment"
    ROTATED = "obb"
    POINTS = "pose"


@dataclass(frozen=True, slots=True)
class Rows:
    """How rows are to be understood. points: (how many, 2 or 3 numbers each) of keypoints."""

    kind: RowKind
    points: tuple[int, int] = (0, 0)


@dataclass(frozen=True, slots=True)
class Row:
    """One row read. class_index: as written."""

    class_index: int
    shape: Shape
    confidence: float | None = None
    mended: tuple[Notice, ...] = ()


def numbers_of(line: str) -> tuple[int, list[float]]:
    """class and numbers. Raises: BadRecordError."""
    first, *words = line.split()
    try:
        index = float(first)
        numbers = [float(word) for word in words]
    except ValueError:
        raise BadRecordError(f"found {line[:60]!r}, expected a class and numbers") from None
    if not index.is_integer() or index < 0 or not all(map(math.isfinite, numbers)):
        raise BadRecordError(f"found {line[:60]!r}, expected the number of a class and finite numbers")
    return int(index), numbers


def read_row(line: str, rows: Rows, width_px: int, height_px: int) -> Row:
    """Raises: BadRecordError for another count of numbers, numbers far outside of 0 to 1, a shape that cannot be."""
    index, numbers = numbers_of(line)
    confidence = None
    if rows.kind is RowKind.BOX and len(numbers) == 5:
        confidence = min(max(numbers.pop(), 0.0), 1.0)
    if rows.kind is RowKind.POINTS and len(numbers) == 4 + rows.points[0] * rows.points[1]:
        made = _points(numbers, rows.points, width_px, height_px)
    elif rows.kind is RowKind.ROTATED and len(numbers) == 8:
        _check_range(numbers)
        five = _five(_pixels(numbers, width_px, height_px))
        made = repaired(ShapeKind.ROTATED_BOX, five, width_px=width_px, height_px=height_px)
    elif rows.kind in (RowKind.BOX, RowKind.OUTLINE) and len(numbers) == 4:
        made = _box(numbers, width_px, height_px)
    elif rows.kind is RowKind.OUTLINE and len(numbers) >= 6 and len(numbers) % 2 == 0:
        _check_range(numbers)
        made = _outline(numbers, width_px, height_px)
    else:
        raise BadRecordError(f"found {len(numbers)} numbers after the class, expected {_expected(rows)}")
    if made.shape is None:
        raise BadRecordError(str(made.notices[-1]).removeprefix("refused: "))
    return Row(index, made.shape, confidence, made.notices)


def write_row(shape: Shape, index: int, rows: Rows, width_px: int, height_px: int) -> str:
    """The row of a shape, which must be of the kind of the rows or convertible to it. Raises: BadShape."""
    scale = np.array([width_px, height_px], np.float64)
    if rows.kind is RowKind.POINTS:
        if not isinstance(shape, Keypoints) or len(shape.points) != rows.points[0]:
            raise BadShape("keypoints of another number than the others, or none")
        numbers = [*_centred(_box_of(shape, width_px, height_px), scale)]
        for (x, y), seen in zip((shape.points / scale).tolist(), shape.visibility.tolist(), strict=True):
            numbers += [x, y, int(seen)]
    elif rows.kind is RowKind.ROTATED and isinstance(shape, Box | RotatedBox):
        numbers = (_corners(shape) / scale).reshape(-1).tolist()
    elif rows.kind is RowKind.BOX and isinstance(shape, Box):
        numbers = _centred(shape, scale)
    elif rows.kind is RowKind.OUTLINE and not isinstance(shape, Keypoints):
        numbers = _outline_numbers(_polygon(shape), scale, width_px, height_px)
    else:
        raise BadShape("a shape of another kind than the others")
    return " ".join([str(index), *(_text(number) for number in numbers)])


def looks_rotated(numbers: Sequence[float], width_px: int, height_px: int) -> bool:
    """Whether eight numbers are the corners of a box."""
    if len(numbers) != 8:
        return False
    ring = _pixels(numbers, width_px, height_px)
    sides = np.roll(ring, -1, axis=0) - ring
    lengths = np.hypot(*sides.T)
    if (lengths < 1e-6).any():
        return False
    units = sides / lengths[:, None]
    return bool((np.abs((units * np.roll(units, -1, axis=0)).sum(axis=1)) < RIGHT_ANGLE).all())


def _text(number: float | int) -> str:
    return str(number) if isinstance(number, int) else f"{number + 0.0:.{DECIMALS}f}"


def _expected(rows: Rows) -> str:
    return {
        RowKind.BOX: "4: box centre x, y, width, height as fractions of the image (and perhaps a confidence)",
        RowKind.OUTLINE: "6 or more: x and y of each vertex as fractions of the image",
        RowKind.ROTATED: "8: x and y of four corners as fractions of the image",
        RowKind.POINTS: f"4 of the box and {rows.points[1]} for each of {rows.points[0]} points",
    }[rows.kind]


def _check_range(numbers: Sequence[float]) -> None:
    wrong = [number for number in numbers if not -OUT_OF_RANGE <= number <= 1 + OUT_OF_RANGE]
    if wrong:
        raise BadRecordError(
            f"found {wrong[0]}, expected fractions of the image from 0 to 1 (are these pixels?)"
        )


def _pixels(numbers: Sequence[float], width_px: int, height_px: int) -> Doubles:
    ring: Doubles = np.array(numbers, np.float64).reshape(-1, 2) * (width_px, height_px)
    return ring


def _box(numbers: Sequence[float], width: int, height: int) -> Repaired:
    _check_range(numbers)
    return repaired(
        ShapeKind.BOX, _edges(numbers, width, height), width_px=width, height_px=height, outside="keep"
    )


def _edges(numbers: Sequence[float], width: int, height: int) -> list[float]:
    x, y, wide, high = numbers[0] * width, numbers[1] * height, numbers[2] * width, numbers[3] * height
    return [x - wide / 2, y - high / 2, x + wide / 2, y + high / 2]


def _points(numbers: Sequence[float], points: tuple[int, int], width: int, height: int) -> Repaired:
    _check_range(numbers[:4])
    table = np.array(numbers[4:], np.float64).reshape(points)
    if points[1] == 2:  # a point at 0, 0 is absent
        table = np.column_stack((table, np.where((table == 0).all(axis=1), 0, 2)))
    table[:, 0] *= width
    table[:, 1] *= height
    edges = _edges(numbers, width, height)
    return repaired(ShapeKind.KEYPOINTS, table, box=edges, width_px=width, height_px=height, outside="keep")


def _five(ring: Doubles) -> list[float]:
    """Centre, sides and angle of the box with these corners; the sides are means, as corners are rounded."""
    centre = ring.mean(axis=0)
    along = (ring[1] - ring[0] + ring[2] - ring[3]) / 2
    across = (ring[3] - ring[0] + ring[2] - ring[1]) / 2
    degrees = math.degrees(math.atan2(along[1], along[0]))
    return [*centre.tolist(), float(np.hypot(*along)), float(np.hypot(*across)), degrees]


def _box_of(shape: Keypoints, width_px: int, height_px: int) -> Box:
    """Their box; around points at the edge it has one pixel, half of it outside, which reading cuts off."""
    box = bounds(shape)
    cut = clipped(box, width_px, height_px)
    return cut if isinstance(cut, Box) else box


def _centred(box: Box, scale: Doubles) -> list[float]:
    wide, high = scale.tolist()
    x, width = _within((box.left + box.right) / 2 / wide, box.width / wide)
    y, height = _within((box.top + box.bottom) / 2 / high, box.height / high)
    return [x, y, width, height]


def _within(centre: float, side: float) -> tuple[float, float]:
    """Rounded as they are written; a box at the image's edge does not reach over it by that.

    It would be cut there when it is written the next time, and other bytes come of it.
    """
    centre, rounded = round(centre, DECIMALS), round(side, DECIMALS)
    over = max(centre + rounded / 2 - 1, rounded / 2 - centre)
    if not 0 < over < 10**-DECIMALS:
        return centre, rounded
    return centre, math.floor((rounded - 2 * over) * 10**DECIMALS + 0.01) / 10**DECIMALS


def _corners(shape: Box | RotatedBox) -> Doubles:
    if isinstance(shape, RotatedBox):
        return corners(shape)
    left, top, right, bottom = shape.left, shape.top, shape.right, shape.bottom
    return np.array([(left, top), (right, top), (right, bottom), (left, bottom)], np.float64)


def _polygon(shape: Box | RotatedBox | Polygon | Mask) -> Polygon:
    if isinstance(shape, Polygon):
        return shape
    return mask_polygon(shape) if isinstance(shape, Mask) else Polygon([Part(_corners(shape))])


def _outline_numbers(polygon: Polygon, scale: Doubles, width_px: int, height_px: int) -> list[float]:
    """The numbers of an outline, such that what is read of them gives them again.

    Vertices that fall together or ways that cross once they are rounded are repaired on reading, so they are here. Parts
    that overlap, of which one ring cannot be made, are written as the outline of the pixels that they cover together.
    """
    if len(polygon.parts) > 1 and do_cross(polygon_edges(polygon)):
        covered = polygon_mask(polygon, width_px, height_px)
        polygon = mask_polygon(covered) if pixel_count(covered) else polygon
    found: list[float] = []
    for _ in range(_ROUNDS):
        numbers = np.round(_bridged(polygon, scale), DECIMALS).reshape(-1).tolist()
        if numbers == found:
            break
        found = numbers
        made = _outline([float(_text(number)) for number in numbers], width_px, height_px)
        if not isinstance(made.shape, Polygon):
            break  # what is too small to be read again; the reader says so
        polygon = made.shape
    return found


def _outline(numbers: Sequence[float], width_px: int, height_px: int) -> Repaired:
    parts = _unbridged(_pixels(numbers, width_px, height_px))
    return repaired(ShapeKind.POLYGON, parts, width_px=width_px, height_px=height_px, outside="keep")


def _bridged(polygon: Polygon, scale: Doubles) -> Doubles:
    """One ring of all rings: a way to and fro leads from the first vertex of the first ring to that of each other.

    polygon: in pixels. scale: (2,), by which they are divided.
    """
    first, *others = (
        _from_single_vertex(ring / scale) for part in polygon.parts for ring in (part.outline, *part.holes)
    )
    if not others:
        return first
    pieces = [first, first[:1]]
    for at, ring in enumerate(others):
        pieces += [ring, ring[:1]] + ([first[:1]] if at + 1 < len(others) else [])
    return np.concatenate(pieces)


def _from_single_vertex(ring: Doubles) -> Doubles:
    """From the first vertex on at which the ring is once only: its second coming would be taken for the end."""
    _, number, times = np.unique(np.round(ring, DECIMALS), axis=0, return_inverse=True, return_counts=True)
    single = np.flatnonzero(times[number.reshape(-1)] == 1)
    return np.roll(ring, -int(single[0]), axis=0) if len(single) else ring


def _unbridged(ring: Doubles) -> list[list[Doubles]]:
    """Parts with their holes; a ring that does not come back to its first vertex is one part."""
    anchor = ring[0]
    back = np.flatnonzero((ring[1:] == anchor).all(axis=1)) + 1
    if not len(back) or back[0] == len(ring) - 1 or back[0] < 3:
        return [[ring]]
    rings = [ring[: back[0]]]
    at = int(back[0])
    while at < len(ring) - 1:
        start = at + 1
        same = np.flatnonzero((ring[start + 1 :] == ring[start]).all(axis=1)) + start + 1
        if not len(same) or same[0] < start + 3:
            return [[ring]]
        end = int(same[0])
        rings.append(ring[start:end])
        at = end + 1
        if at < len(ring) and not (ring[at] == anchor).all():
            return [[ring]]
    if not all((np.abs(one) <= FARTHEST_PX).all() for one in rings):
        return [[ring]]
    if do_cross(edges_of(Part(rings[0], rings[1:]))):
        return [rings]  # even-odd, and for the repair to split
    return [[part.outline, *part.holes] for part in in_parts(rings)]

"""One annotation of a COCO file as an instance, and back.

COCO has no polygons with holes, no rotated boxes and no rows for a whole image. Such shapes are written in the nearest
way that COCO has, and as they are under the key "labelgraft"; that counts only while the rest of the row still says what
we wrote, so that a change by another tool wins.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from labelgraft.domain.annotation import Attribute, Traits, attributes_of
from labelgraft.domain.dataset import DatasetInstance
from labelgraft.domain.shapes import rle, shape_json
from labelgraft.domain.shapes.box import Box
from labelgraft.domain.shapes.keypoints import Keypoints, Visibility
from labelgraft.domain.shapes.mask import Mask
from labelgraft.domain.shapes.measure import area, bounds, corners
from labelgraft.domain.shapes.polygon import Polygon
from labelgraft.domain.shapes.raster import coco_polygon_mask
from labelgraft.domain.shapes.repair import Notice, Repaired, repaired
from labelgraft.domain.shapes.rotated_box import RotatedBox
from labelgraft.domain.shapes.shape import Shape, ShapeKind
from labelgraft.errors import BadShape
from labelgraft.formats.records import BadRecordError

OURS = "labelgraft"
ANY_SIZE_PX = 1 << 20
"""Taken for the size of an image that the file does not tell."""
SAME_BOX_PX = 1.0
"""A box that differs from the bounds of its outline by no more than this says nothing more."""
FLAGS = ("occluded", "truncated", "difficult")
GEOMETRY = ("bbox", "segmentation", "keypoints")
SEMANTIC = (
    "id",
    "image_id",
    "category_id",
    *GEOMETRY,
    "num_keypoints",
    "area",
    "iscrowd",
    "attributes",
    "score",
    OURS,
)


@dataclass(frozen=True, slots=True)
class Drawn:
    """What a row draws: None for a class of the whole image. mended: what was repaired."""

    instance: DatasetInstance | None
    mended: tuple[Notice, ...] = ()


def read_row(row: Mapping[str, Any], class_name: str, width_px: int, height_px: int) -> Drawn:
    """The instance of an annotation; sizes are 0 where unknown.

    Raises: BadRecordError if it has a shape that cannot be; the class it names may be true all the same.
    """
    ours = row.get(OURS)
    ours = ours if isinstance(ours, Mapping) else {}
    if ours.get("whole_image") is True:
        return Drawn(None)
    shapes = _kept(ours, row, width_px, height_px)
    mended: tuple[Notice, ...] = ()
    if not shapes:
        shapes, mended = _shapes(row, width_px, height_px)
    if not shapes:
        return Drawn(None)
    score = row.get("score")
    confidence = (
        float(score) if isinstance(score, int | float) and _is_number(score) and 0 <= score <= 1 else None
    )
    instance = DatasetInstance(class_name, shapes[0], _traits(row, ours), shapes[1:], confidence)
    return Drawn(instance, mended)


def write_row(instance: DatasetInstance, width_px: int, height_px: int) -> dict[str, Any]:
    """All of an annotation but its ids."""
    shapes = (instance.shape, *instance.also)
    row = _geometry(shapes, width_px, height_px)
    traits = instance.traits
    row["area"] = _plain(_area(shapes))
    row["iscrowd"] = int(traits.crowd)
    attributes = dict(traits.attributes) | {flag: True for flag in FLAGS if getattr(traits, flag)}
    row |= {"attributes": attributes} if attributes else {}
    row |= {"score": instance.confidence} if instance.confidence is not None else {}
    ours: dict[str, Any] = {"z": traits.z} if traits.z else {}
    if _reads_otherwise(row, shapes, width_px, height_px):
        ours["shapes"] = [shape_json.to_json(shape) for shape in shapes]
    return row | ({OURS: ours} if ours else {})


def whole_image_row(width_px: int, height_px: int) -> dict[str, Any]:
    """A class of the whole image; the box only where the size is known, as an empty box is no box."""
    box = (
        {"bbox": [0, 0, width_px, height_px], "area": width_px * height_px} if width_px and height_px else {}
    )
    return {**box, "segmentation": [], "iscrowd": 0, OURS: {"whole_image": True}}


def _shapes(row: Mapping[str, Any], width: int, height: int) -> tuple[tuple[Shape, ...], tuple[Notice, ...]]:
    """The main shape and others, by what the row says in COCO's own words; none for a class of the whole image."""
    mended: dict[Notice, None] = {}
    box = row.get("bbox")
    edges = _edges(box) if box else None
    found: list[Shape] = []
    points = row.get("keypoints")
    if points:
        found.append(_taken(_keypoints(points, edges, width, height), "keypoints", mended))
    if row.get("segmentation"):
        outline = _segmentation(row["segmentation"], width, height)
        if outline.shape is not None or not (found or box):
            found.append(_taken(outline, "segmentation", mended))
        else:
            mended.update(dict.fromkeys(outline.notices))
    if edges is not None and not points:
        made = repaired(
            ShapeKind.BOX,
            edges,
            width_px=width or ANY_SIZE_PX,
            height_px=height or ANY_SIZE_PX,
            outside="keep",
        )
        if made.shape is None and not found:
            _taken(made, "bbox", mended)
        if isinstance(made.shape, Box) and (not found or not _same_box(made.shape, bounds(found[0]))):
            found.append(made.shape)
            mended.update(dict.fromkeys(made.notices))
    return tuple(found), tuple(mended)


def _taken(made: Repaired, what: str, mended: dict[Notice, None]) -> Shape:
    if made.shape is None:
        reason = str(made.notices[-1]).removeprefix("refused: ")
        raise BadRecordError(f"{what}: its shape was not taken ({reason}), only its class")
    mended.update(dict.fromkeys(made.notices))
    return made.shape


def _edges(box: Any) -> Any:
    """left, top, right, bottom of COCO's left, top, width, height."""
    if not isinstance(box, list) or len(box) != 4 or not all(map(_is_number, box)):
        return box
    left, top, width, height = map(float, box)
    return [left, top, left + width, top + height]


def _keypoints(flat: Any, edges: Any, width: int, height: int) -> Repaired:
    if not isinstance(flat, list) or len(flat) % 3 or not all(map(_is_number, flat)):
        return Repaired(None, (Notice.NOT_NUMBERS,))
    rows = [flat[at : at + 3] for at in range(0, len(flat), 3)]
    size = {"width_px": width or ANY_SIZE_PX, "height_px": height or ANY_SIZE_PX}
    return repaired(ShapeKind.KEYPOINTS, rows, box=edges, outside="keep", **size)


def _segmentation(value: Any, width: int, height: int) -> Repaired:
    if isinstance(value, Mapping):
        return _run_lengths(value, width, height)
    rings = value if isinstance(value, list) else [value]
    if rings and all(map(_is_number, rings)):
        rings = [rings]  # one ring that is not in a list
    size = {"width_px": width or ANY_SIZE_PX, "height_px": height or ANY_SIZE_PX}
    return repaired(ShapeKind.POLYGON, [[ring] for ring in rings], outside="keep", **size)


def _run_lengths(value: Mapping[str, Any], width: int, height: int) -> Repaired:
    """size is height, width; some tools write width, height, which shows where the image's size is known."""
    size = value.get("size")
    if (
        not isinstance(size, list)
        or len(size) != 2
        or not all(type(side) is int and 0 < side <= ANY_SIZE_PX for side in size)
    ):
        return Repaired(None, (Notice.WRONG_SIZE,))
    high, wide = size
    if width and height and (wide, high) != (width, height):
        if (wide, high) != (height, width):
            return Repaired(None, (Notice.WRONG_SIZE,))
        wide, high = width, height
    return repaired(ShapeKind.MASK, value.get("counts"), width_px=wide, height_px=high)


def _kept(ours: Mapping[str, Any], row: Mapping[str, Any], width: int, height: int) -> tuple[Shape, ...]:
    """The shapes that we wrote, if the row still says the same in COCO's words."""
    listed = ours.get("shapes")
    if not isinstance(listed, list) or not listed:
        return ()
    try:
        shapes = tuple(shape_json.from_json(value, OURS) for value in listed)
        wanted = _geometry(shapes, width, height)
    except (BadShape, OverflowError):
        return ()
    return shapes if all(row.get(key) == wanted.get(key) for key in GEOMETRY) else ()


def _reads_otherwise(row: Mapping[str, Any], shapes: tuple[Shape, ...], width: int, height: int) -> bool:
    try:
        return _shapes(row, width, height) != (shapes, ())
    except BadRecordError:
        return True


def _geometry(shapes: Sequence[Shape], width: int, height: int) -> dict[str, Any]:
    """bbox, segmentation and keypoints in COCO's words."""
    points = next((shape for shape in shapes if isinstance(shape, Keypoints)), None)
    drawn = next((shape for shape in shapes if isinstance(shape, Polygon | Mask | RotatedBox)), None)
    box = next((shape for shape in shapes if isinstance(shape, Box)), None)
    if box is None:
        box = _bounds_or_none(points if points is not None else shapes[0])
    row: dict[str, Any] = {"bbox": _xywh(box) if box else [0, 0, 0, 0]}
    row["segmentation"] = [] if drawn is None else _outline(drawn, width, height)
    if points is not None:
        flat = [
            _plain(number)
            for (x, y), seen in zip(points.points.tolist(), points.visibility.tolist(), strict=True)
            for number in (x, y, seen)
        ]
        row |= {"keypoints": flat, "num_keypoints": int((points.visibility != Visibility.ABSENT).sum())}
    return row


def _outline(shape: Polygon | Mask | RotatedBox, width: int, height: int) -> Any:
    if isinstance(shape, RotatedBox):
        return [[_plain(number) for number in corners(shape).reshape(-1).tolist()]]
    if isinstance(shape, Polygon):
        if not (width and height and any(part.holes for part in shape.parts)):
            return [[_plain(number) for number in part.outline.reshape(-1).tolist()] for part in shape.parts]
        shape = coco_polygon_mask(shape, width, height)
    return {"size": [shape.height_px, shape.width_px], "counts": rle.to_text(shape)}


def _area(shapes: Sequence[Shape]) -> float:
    """Of the segmentation where there is one, as COCO counts it."""
    drawn = next((shape for shape in shapes if isinstance(shape, Polygon | Mask | RotatedBox)), None)
    if drawn is not None:
        return area(drawn)
    box = _bounds_or_none(shapes[0])
    return 0.0 if box is None else box.width * box.height


def _bounds_or_none(shape: Shape) -> Box | None:
    try:
        return bounds(shape)
    except BadShape:
        return None


def _xywh(box: Box) -> list[float]:
    return [
        _plain(number)
        for number in (box.left, box.top, _side(box.left, box.right), _side(box.top, box.bottom))
    ]


def _side(low: float, high: float) -> float:
    """The length that added to low gives high exactly, where there is one."""
    length = high - low
    for other in (length, math.nextafter(length, math.inf), math.nextafter(length, 0.0)):
        if low + other == high:
            return other
    return length


def _same_box(one: Box, other: Box) -> bool:
    pairs = (
        (one.left, other.left),
        (one.top, other.top),
        (one.right, other.right),
        (one.bottom, other.bottom),
    )
    return all(abs(a - b) <= SAME_BOX_PX for a, b in pairs)


def _traits(row: Mapping[str, Any], ours: Mapping[str, Any]) -> Traits:
    given = row.get("attributes")
    named = dict(given) if isinstance(given, Mapping) else {}
    flags = {flag: named.pop(flag) for flag in FLAGS if isinstance(named.get(flag), bool)}
    z = ours.get("z")
    return Traits(
        **flags,
        crowd=row.get("iscrowd") in (1, True),
        z=z if type(z) is int else 0,
        attributes=attributes_of(dict(_attributes(named.items()))),
    )


def _attributes(named: Iterable[tuple[Any, Any]]) -> Iterable[tuple[str, Attribute]]:
    for name, value in named:
        if isinstance(name, str) and name and isinstance(value, str | float | int):
            yield name, float(value) if type(value) is int else value


def _is_number(value: Any) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool)


def _plain(number: float) -> float:
    """Whole numbers without a point, as most files have them."""
    return int(number) if float(number).is_integer() else number

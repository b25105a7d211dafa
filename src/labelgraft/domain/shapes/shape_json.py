"""The one form of shapes in JSON: in the database, in the journal and over HTTP.

    {"kind": "box", "box": [left, top, right, bottom]}
    {"kind": "rotated-box", "centre": [x, y], "size": [width, height], "degrees": d}
    {"kind": "polygon", "parts": [{"outline": [[x, y], ...], "holes": [[[x, y], ...], ...]}, ...]}
    {"kind": "mask", "size": [width, height], "counts": "COCO's compressed counts"}
    {"kind": "keypoints", "points": [[x, y, visibility], ...], "box": [left, top, right, bottom]}

Without holes there is no "holes", without a box no "box". Numbers are read back exactly.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from typing import Any

import numpy as np

from labelgraft.domain.arrays import Doubles
from labelgraft.domain.shapes import rle
from labelgraft.domain.shapes.box import Box
from labelgraft.domain.shapes.keypoints import Keypoints
from labelgraft.domain.shapes.mask import Mask
from labelgraft.domain.shapes.polygon import Part, Polygon
from labelgraft.domain.shapes.rotated_box import RotatedBox
from labelgraft.domain.shapes.shape import Shape, ShapeKind
from labelgraft.errors import BadShape


def to_json(shape: Shape) -> dict[str, Any]:
    """Plain lists, texts and numbers; equal shapes give equal values."""
    match shape:
        case Box():
            return {"kind": "box", "box": _edges(shape)}
        case RotatedBox():
            return {
                "kind": "rotated-box",
                "centre": _floats(shape.centre_x, shape.centre_y),
                "size": _floats(shape.width, shape.height),
                "degrees": float(shape.degrees),
            }
        case Polygon():
            return {"kind": "polygon", "parts": [_part_to_json(part) for part in shape.parts]}
        case Mask():
            return {"kind": "mask", "size": [shape.width_px, shape.height_px], "counts": rle.to_text(shape)}
        case Keypoints():
            return _keypoints_to_json(shape)


def from_json(value: Any, where: str) -> Shape:
    """The shape of what to_json gave. where: begins every message, as "images/7, annotation 3". Raises: BadShape."""
    try:
        if not isinstance(value, Mapping):
            raise BadShape(f"found {_short(value)}, expected an object with a kind.")
        kind = value.get("kind")
        if not isinstance(kind, str) or kind not in _READERS:
            raise BadShape(f"found the kind {_short(kind)}, expected one of {', '.join(_READERS)}.")
        return _READERS[kind](value)
    except BadShape as error:
        raise BadShape(f"{where}: {error}") from error


def to_text(shape: Shape) -> str:
    """Compact JSON; equal shapes give equal text, and from_text gives back the very same numbers."""
    return json.dumps(to_json(shape), separators=(",", ":"), allow_nan=False)


def from_text(text: str, where: str) -> Shape:
    """The shape of what to_text gave. Raises: BadShape, beginning with where."""
    try:
        value = json.loads(text)
    except (ValueError, RecursionError) as error:
        raise BadShape(f"{where}: this is not JSON ({error}).") from error
    return from_json(value, where)


def _floats(*numbers: float) -> list[float]:
    return [float(number) + 0.0 for number in numbers]  # + 0.0: no -0.0


def _edges(box: Box) -> list[float]:
    return _floats(box.left, box.top, box.right, box.bottom)


def _points(points: Doubles) -> list[list[float]]:
    listed: list[list[float]] = (points + 0.0).tolist()
    return listed


def _part_to_json(part: Part) -> dict[str, Any]:
    outline = {"outline": _points(part.outline)}
    return {**outline, "holes": [_points(hole) for hole in part.holes]} if part.holes else outline


def _keypoints_to_json(shape: Keypoints) -> dict[str, Any]:
    points = [
        [*point, seen] for point, seen in zip(_points(shape.points), shape.visibility.tolist(), strict=True)
    ]
    box = {} if shape.box is None else {"box": _edges(shape.box)}
    return {"kind": "keypoints", "points": points, **box}


def _read_box(value: Mapping[str, Any]) -> Box:
    _only(value, "kind", "box")
    return Box(*_numbers(value, "box", 4))


def _read_rotated_box(value: Mapping[str, Any]) -> RotatedBox:
    _only(value, "kind", "centre", "size", "degrees")
    degrees = value.get("degrees")
    if isinstance(degrees, bool) or not isinstance(degrees, int | float) or abs(degrees) > 1e15:
        raise BadShape(f"degrees: found {_short(degrees)}, expected a number.")
    (x, y), (width, height) = _numbers(value, "centre", 2), _numbers(value, "size", 2)
    return RotatedBox(x, y, width, height, float(degrees))


def _read_polygon(value: Mapping[str, Any]) -> Polygon:
    _only(value, "kind", "parts")
    return Polygon(_read_part(part, at) for at, part in enumerate(_list(value.get("parts"), "parts")))


def _read_part(value: Any, at: int) -> Part:
    if not isinstance(value, Mapping):
        raise BadShape(f"parts[{at}]: found {_short(value)}, expected an object with an outline.")
    _only(value, "outline", "holes")
    holes = _list(value.get("holes", []), f"parts[{at}].holes")
    return Part(
        _table(value.get("outline"), f"parts[{at}].outline", 2),
        [_table(hole, f"parts[{at}].holes[{index}]", 2) for index, hole in enumerate(holes)],
    )


def _read_mask(value: Mapping[str, Any]) -> Mask:
    _only(value, "kind", "size", "counts")
    size, counts = value.get("size"), value.get("counts")
    if not (isinstance(size, list) and len(size) == 2 and all(type(side) is int for side in size)):
        raise BadShape(f"size: found {_short(size)}, expected [width, height] in whole pixels.")
    if not isinstance(counts, str):
        raise BadShape(f"counts: found {_short(counts)}, expected COCO's compressed text.")
    return rle.from_text(size[0], size[1], counts)


def _read_keypoints(value: Mapping[str, Any]) -> Keypoints:
    _only(value, "kind", "points", "box")
    points = _table(value.get("points"), "points", 3)
    seen = points[:, 2]
    if not np.isin(seen, (0, 1, 2)).all():
        raise BadShape("points: expected [x, y, visibility], visibility 0, 1 or 2.")
    box = Box(*_numbers(value, "box", 4)) if "box" in value else None
    return Keypoints(points[:, :2], seen.astype(np.int64), box)


_READERS: dict[str, Callable[[Mapping[str, Any]], Shape]] = {
    ShapeKind.BOX: _read_box,
    ShapeKind.ROTATED_BOX: _read_rotated_box,
    ShapeKind.POLYGON: _read_polygon,
    ShapeKind.MASK: _read_mask,
    ShapeKind.KEYPOINTS: _read_keypoints,
}


def _only(value: Mapping[str, Any], *known: str) -> None:
    unknown = [key for key in value if key not in known]
    if unknown:
        raise BadShape(f"found {_short(unknown[0])}, expected only {', '.join(known)}.")


def _list(value: Any, what: str) -> list[Any]:
    if not isinstance(value, list):
        raise BadShape(f"{what}: found {_short(value)}, expected a list.")
    return value


def _table(value: Any, what: str, columns: int) -> Doubles:
    """A list of rows of numbers; texts, truth values and rows of different lengths are refused."""
    rows = _list(value, what)
    try:
        table = np.array(rows)
    except (ValueError, OverflowError) as error:
        raise BadShape(f"{what}: expected rows of {columns} numbers ({error}).") from error
    if table.dtype.kind not in "iuf" or table.ndim != 2 or table.shape[1] != columns:
        raise BadShape(f"{what}: found {_short(value)}, expected rows of {columns} numbers.")
    return table.astype(np.float64)


def _numbers(value: Mapping[str, Any], name: str, count: int) -> list[float]:
    numbers: list[float] = _table([value.get(name)], name, count)[0].tolist()
    return numbers


def _short(value: Any) -> str:
    shown = repr(value)
    return shown if len(shown) <= 80 else f"{shown[:77]}..."

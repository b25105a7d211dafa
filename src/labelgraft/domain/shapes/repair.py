"""Shapes from numbers that others wrote: repaired where it is plain what was meant, refused where it is not."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Any, Literal, TypeAlias

import numpy as np

from labelgraft.domain.arrays import Bools, Doubles
from labelgraft.domain.shapes import rle
from labelgraft.domain.shapes.box import Box
from labelgraft.domain.shapes.clip import clipped
from labelgraft.domain.shapes.coverage import shared_area
from labelgraft.domain.shapes.crossings import do_cross
from labelgraft.domain.shapes.keypoints import Keypoints, Visibility
from labelgraft.domain.shapes.mask import MAX_PIXELS
from labelgraft.domain.shapes.measure import bounds, contains
from labelgraft.domain.shapes.points import FARTHEST_PX
from labelgraft.domain.shapes.polygon import Part, Polygon
from labelgraft.domain.shapes.rotated_box import RotatedBox
from labelgraft.domain.shapes.runs import from_counts, pixel_count
from labelgraft.domain.shapes.scanlines import edges_of
from labelgraft.domain.shapes.shape import Shape, ShapeKind
from labelgraft.domain.shapes.untangle import untangled
from labelgraft.errors import BadShape

LEAST_PX = 1e-3
"""A side shorter than this, or an area below its square, is nothing that anybody drew."""
ROUNDING_PX = 0.01
"""Reaching outside by no more than this is cut off without a word: six decimals of a share of a 10,000 px image."""

Outside: TypeAlias = Literal["cut", "keep"]


class Notice(StrEnum):
    """What was repaired, or why a shape was refused. The texts hold no numbers, so that they can be counted."""

    SWAPPED = "edges or sides the wrong way round: turned"
    DOUBLED = "vertices twice in a row: one of them dropped"
    VERTICES_DROPPED = "vertices that are not finite numbers: dropped"
    RINGS_DROPPED = "rings with fewer than 3 vertices or no area: dropped"
    HOLES_DROPPED = "holes outside of their outline: dropped"
    CROSSING = "outlines that cross: split at the crossings, even-odd"
    CUT = "reached outside of the image: cut at its edge"
    POINTS_DROPPED = "keypoints outside of the image or not finite: marked absent"
    BOX_DROPPED = "the box of keypoints cannot be: dropped"
    VISIBILITY = "visibility other than 0, 1 or 2: taken for visible"

    NOT_NUMBERS = "refused: not the numbers that this kind of shape has"
    NOT_FINITE = "refused: numbers that are not finite"
    TOO_FAR = "refused: more than 1e9 pixels away"
    NOTHING = "refused: encloses nothing"
    OUTSIDE = "refused: wholly outside of the image"
    WRONG_SIZE = "refused: the run lengths are not of this image's size"
    TANGLED = "refused: crosses itself too often"


@dataclass(frozen=True, slots=True)
class Repaired:
    """shape: None where it was refused; the last notice then says why. notices: in the order of the work, each once."""

    shape: Shape | None
    notices: tuple[Notice, ...] = ()


class _RefusedError(Exception):
    def __init__(self, notice: Notice) -> None:
        super().__init__(notice)
        self.notice = notice


def repaired(
    kind: ShapeKind,
    numbers: Any,
    *,
    width_px: int,
    height_px: int,
    box: Any = None,
    outside: Outside = "cut",
) -> Repaired:
    """A valid shape of anybody's numbers, or the reason why there is none. Never raises, whatever the numbers are.

    numbers: box: left, top, right, bottom. Rotated box: centre x, y, width, height, degrees. Polygon: a list of parts,
    each a list of rings, the outline first and then its holes, each (N, 2) or flat x, y, x, y; the first vertex may be
    repeated at the end. Mask: COCO's run lengths, plain or as compressed text. Keypoints: (K, 3) x, y, visibility.
    All in pixels of the upright image.
    width_px, height_px: of the upright image. box: of keypoints, where the source has one.
    outside: what to do with boxes, polygons and keypoints that reach outside, "cut" them at the image's edge or "keep"
    them; boxes and polygons wholly outside are refused either way. Rotated boxes are kept, since cut they are none.
    """
    notices: dict[Notice, None] = {}
    try:
        shape = _READERS[ShapeKind(kind)](_Wanted(numbers, box, width_px, height_px, outside, notices))
    except _RefusedError as refused:
        return Repaired(None, (*notices, refused.notice))
    except BadShape:
        return Repaired(None, (*notices, Notice.NOT_NUMBERS))
    return Repaired(shape, tuple(notices))


@dataclass(frozen=True, slots=True)
class _Wanted:
    numbers: Any
    box: Any
    width_px: int
    height_px: int
    outside: Outside
    notices: dict[Notice, None]

    def tell(self, notice: Notice) -> None:
        self.notices[notice] = None


def _box(wanted: _Wanted) -> Shape:
    left, top, right, bottom = _finite(wanted.numbers, 4)
    if right < left or bottom < top:
        wanted.tell(Notice.SWAPPED)
    left, right = sorted((left, right))
    top, bottom = sorted((top, bottom))
    if right - left < LEAST_PX or bottom - top < LEAST_PX:
        raise _RefusedError(Notice.NOTHING)
    return _on_image(Box(left, top, right, bottom), wanted)


def _rotated_box(wanted: _Wanted) -> Shape:
    x, y, width, height, degrees = _finite(wanted.numbers, 5, pixels=4)
    if width < 0 or height < 0:
        wanted.tell(Notice.SWAPPED)
    width, height = abs(width), abs(height)
    if width < LEAST_PX or height < LEAST_PX:
        raise _RefusedError(Notice.NOTHING)
    shape = RotatedBox(x, y, width, height, degrees)
    if clipped(shape, wanted.width_px, wanted.height_px) is None:
        raise _RefusedError(Notice.OUTSIDE)
    return shape


def _polygon(wanted: _Wanted) -> Shape:
    parts = [part for rings in _listed(wanted.numbers) for part in _parts(rings, wanted)]
    if not parts:
        raise _RefusedError(Notice.NOTHING)
    return _on_image(Polygon(parts), wanted)


def _mask(wanted: _Wanted) -> Shape:
    width, height = wanted.width_px, wanted.height_px
    try:
        if isinstance(wanted.numbers, str):
            mask = rle.from_text(width, height, wanted.numbers)
        else:
            counts = _array(wanted.numbers)
            whole = counts.astype(np.int64) if (np.abs(counts) <= MAX_PIXELS).all() else np.array([-1])
            if counts.ndim != 1 or (whole != counts).any() or (whole < 0).any():
                raise _RefusedError(Notice.NOT_NUMBERS)
            mask = from_counts(width, height, whole)
    except BadShape as error:
        raise _RefusedError(Notice.WRONG_SIZE) from error
    if not pixel_count(mask):
        raise _RefusedError(Notice.NOTHING)
    return mask


def _keypoints(wanted: _Wanted) -> Shape:
    table = _array(wanted.numbers)
    if table.ndim != 2 or table.shape[1] != 3 or not len(table):
        raise _RefusedError(Notice.NOT_NUMBERS)
    points, seen = table[:, :2], table[:, 2]
    if not np.isin(seen, (0, 1, 2)).all():
        wanted.tell(Notice.VISIBILITY)
        seen = np.where(np.isin(seen, (0, 1, 2)), seen, Visibility.VISIBLE)
    slack = ROUNDING_PX if wanted.outside == "cut" else np.inf
    on_image = (points >= -slack) & (points <= np.array([wanted.width_px, wanted.height_px]) + slack)
    usable: Bools = np.all(on_image & (np.abs(points) <= FARTHEST_PX), axis=1)
    if (~usable & (seen > 0)).any():
        wanted.tell(Notice.POINTS_DROPPED)
    seen = np.where(usable, seen, Visibility.ABSENT)
    points = np.where(usable[:, None], points, 0.0)
    if wanted.outside == "cut":
        points = np.clip(points, 0, (wanted.width_px, wanted.height_px))
    box = _box_of_keypoints(wanted)
    if box is None and not seen.any():
        raise _RefusedError(Notice.NOTHING)
    return Keypoints(points, seen.astype(np.int64), box)


def _box_of_keypoints(wanted: _Wanted) -> Box | None:
    if wanted.box is None:
        return None
    try:
        box = _box(
            _Wanted(wanted.box, None, wanted.width_px, wanted.height_px, wanted.outside, wanted.notices)
        )
    except (_RefusedError, BadShape):
        wanted.tell(Notice.BOX_DROPPED)
        return None
    return box if isinstance(box, Box) else None


_READERS: dict[ShapeKind, Callable[[_Wanted], Shape]] = {
    ShapeKind.BOX: _box,
    ShapeKind.ROTATED_BOX: _rotated_box,
    ShapeKind.POLYGON: _polygon,
    ShapeKind.MASK: _mask,
    ShapeKind.KEYPOINTS: _keypoints,
}


def _array(numbers: Any) -> Doubles:
    """Numbers, not texts or truth values."""
    try:
        found = np.asarray(numbers)
    except (ValueError, TypeError, OverflowError) as error:  # rows of different lengths, for one
        raise _RefusedError(Notice.NOT_NUMBERS) from error
    if found.dtype.kind not in "iuf":
        raise _RefusedError(Notice.NOT_NUMBERS)
    return found.astype(np.float64)


def _listed(numbers: Any) -> Sequence[Any]:
    if not isinstance(numbers, list | tuple):
        raise _RefusedError(Notice.NOT_NUMBERS)
    return numbers


def _finite(numbers: Any, count: int, pixels: int | None = None) -> list[float]:
    """count numbers, the first of them pixels (all, unless said)."""
    found = _array(numbers)
    if found.shape != (count,):
        raise _RefusedError(Notice.NOT_NUMBERS)
    if not np.isfinite(found).all():
        raise _RefusedError(Notice.NOT_FINITE)
    if (np.abs(found[:pixels]) > FARTHEST_PX).any():
        raise _RefusedError(Notice.TOO_FAR)
    listed: list[float] = found.tolist()
    return listed


def _on_image(shape: Box | Polygon, wanted: _Wanted) -> Shape:
    cut = clipped(shape, wanted.width_px, wanted.height_px)
    if cut is None:
        raise _RefusedError(Notice.OUTSIDE)
    if cut is shape or wanted.outside == "keep":
        return shape
    left = bounds(cut)
    if min(left.width, left.height) < LEAST_PX:
        raise _RefusedError(Notice.OUTSIDE)
    box = bounds(shape)
    reach = max(-box.left, -box.top, box.right - wanted.width_px, box.bottom - wanted.height_px)
    if reach > ROUNDING_PX:
        wanted.tell(Notice.CUT)
    return cut


def _parts(rings: Sequence[Any], wanted: _Wanted) -> list[Part]:
    """The part of an outline and its holes: none, one, or where it crosses itself perhaps several."""
    if not len(_listed(rings)):
        raise _RefusedError(Notice.NOT_NUMBERS)
    first, *others = (_ring(ring, wanted) for ring in rings)
    if first is None:
        return []
    holes = [hole for hole in others if hole is not None]
    part = Part(first, holes)
    if do_cross(edges_of(part)):
        wanted.tell(Notice.CROSSING)
        pieces = untangled([first, *holes])
        if pieces is None:
            raise _RefusedError(Notice.TANGLED)
        return [piece for piece in pieces if _has_area(piece, wanted)]
    inside = [hole for hole in holes if _holds(first, hole)]
    if len(inside) < len(holes):
        wanted.tell(Notice.HOLES_DROPPED)
        part = Part(first, inside)
    return [part] if _has_area(part, wanted) else []


def _has_area(part: Part, wanted: _Wanted) -> bool:
    if shared_area([Polygon([part])]) >= LEAST_PX**2:
        return True
    wanted.tell(Notice.RINGS_DROPPED)
    return False


def _holds(outline: Doubles, hole: Doubles) -> bool:
    """Whether any of the hole lies in the outline, of rings that do not cross: the middles of its edges tell."""
    middles = (hole + np.roll(hole, -1, axis=0)) / 2
    whole = Polygon([Part(outline)])
    return any(contains(whole, x, y) for x, y in (*middles.tolist(), *hole.tolist()))


def _ring(numbers: Any, wanted: _Wanted) -> Doubles | None:
    ring = _array(numbers)
    if ring.ndim == 1 and ring.size % 2 == 0:
        ring = ring.reshape(-1, 2)
    if ring.ndim != 2 or ring.shape[1] != 2:
        raise _RefusedError(Notice.NOT_NUMBERS)
    finite = np.isfinite(ring).all(axis=1)
    if not finite.all():
        wanted.tell(Notice.VERTICES_DROPPED)
        ring = ring[finite]
    if (np.abs(ring) > FARTHEST_PX).any():
        raise _RefusedError(Notice.TOO_FAR)
    if len(ring) > 1 and (ring[0] == ring[-1]).all():
        ring = ring[:-1]  # many formats close their rings so
    new = (ring != np.roll(ring, 1, axis=0)).any(axis=1)
    if not new.all() and len(ring) > 1:
        wanted.tell(Notice.DOUBLED)
        ring = ring[new]
    if len(ring) < 3:
        wanted.tell(Notice.RINGS_DROPPED)
        return None
    return ring

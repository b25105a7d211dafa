"""The same shape elsewhere: moved, scaled, mirrored, or turned with its image.

All raise BadShape where the result is farther than FARTHEST_PX or rounding leaves nothing of a box (thinner than about
1e-12 of its distance from the corner).
"""

from __future__ import annotations

import math
from collections.abc import Callable

import numpy as np

from labelgraft.domain.arrays import Bools, Doubles
from labelgraft.domain.shapes import rle
from labelgraft.domain.shapes.box import Box
from labelgraft.domain.shapes.keypoints import Keypoints, Skeleton
from labelgraft.domain.shapes.mask import Mask
from labelgraft.domain.shapes.polygon import Part, Polygon
from labelgraft.domain.shapes.rotated_box import RotatedBox
from labelgraft.domain.shapes.runs import column_pieces, from_pieces
from labelgraft.domain.shapes.shape import Shape
from labelgraft.errors import BadShape


def moved(shape: Shape, dx: float, dy: float) -> Shape:
    """Shifted by dx to the right and dy downwards, in pixels.

    A mask moves by whole pixels (rounded) within its image; what leaves the image is lost, so it may become empty.
    """
    if isinstance(shape, RotatedBox):
        return RotatedBox(shape.centre_x + dx, shape.centre_y + dy, shape.width, shape.height, shape.degrees)
    if isinstance(shape, Mask):
        right, down = round(dx), round(dy)
        column, top, bottom = column_pieces(shape)
        return from_pieces(shape.width_px, shape.height_px, column + right, top + down, bottom + down)
    shift = np.array([dx, dy])
    return _mapped(shape, lambda points: points + shift)


def scaled(shape: Shape, sx: float, sy: float) -> Shape:
    """As in the image stretched by sx and sy, both > 0.

    A mask gets the size round(width * sx) x round(height * sy), at least 1, each new pixel from the old one that its
    centre falls in. A rotated box, which would be skewed where sx and sy differ, keeps its long axis and its area.
    Raises: BadShape for factors that are not above 0, or a result too large.
    """
    if not (0 < sx < math.inf and 0 < sy < math.inf):
        raise BadShape(f"scaled: found the factors {sx} and {sy}, expected above 0.")
    if isinstance(shape, RotatedBox):
        return _scaled_rotated_box(shape, sx, sy)
    if isinstance(shape, Mask):
        width, height = max(1, round(shape.width_px * sx)), max(1, round(shape.height_px * sy))
        columns = (np.arange(width) + 0.5) * (shape.width_px / width)
        rows = (np.arange(height) + 0.5) * (shape.height_px / height)
        pixels: Bools = rle.decode(shape).T[columns.astype(np.int64)][:, rows.astype(np.int64)]
        return rle.encode(pixels.T)
    factors = np.array([sx, sy])
    return _mapped(shape, lambda points: points * factors)


def mirrored(shape: Shape, width_px: float, skeleton: Skeleton | None = None) -> Shape:
    """As in the image mirrored left to right; width_px: of the image.

    skeleton: with it, keypoints also change places, so that the left eye is again the left one.
    Raises: BadShape for a mask of another width, or a skeleton of another number of points.
    """
    found = turned(shape, 2, width_px, shape.height_px if isinstance(shape, Mask) else 0)
    if not isinstance(found, Keypoints) or skeleton is None or not skeleton.mirrored:
        return found
    if len(skeleton.names) != len(found.points):
        raise BadShape(f"keypoints: found {len(found.points)} points, expected {len(skeleton.names)}.")
    order = list(skeleton.mirrored)
    return Keypoints(found.points[order], found.visibility[order], found.box)


def turned(shape: Shape, exif_orientation: int, w: float, h: float) -> Shape:
    """From the frame of the stored pixels into that of the upright image.

    exif_orientation: 1 to 8. w, h: of the image as stored, pixels; after 5 to 8 the upright image is h wide and w high.
    To go back, turn an upright shape by the same orientation, but by 8 for 6 and by 6 for 8, with the upright image's
    size. Raises: BadShape for another orientation, or a mask of another size than w x h.
    Source: Exif 3.0, tag 0x0112; Pillow's ImageOps.exif_transpose.
    """
    if exif_orientation not in _TURNS:
        raise BadShape(f"turned: found the EXIF orientation {exif_orientation}, expected 1 to 8.")
    swaps, flip_x, flip_y = _TURNS[exif_orientation]
    if isinstance(shape, Mask):
        if (shape.width_px, shape.height_px) != (w, h):
            raise BadShape(f"mask: it is {shape.width_px} x {shape.height_px} px, expected {w:g} x {h:g}.")
        pixels = rle.decode(shape)
        pixels = pixels.T if swaps else pixels
        return rle.encode(pixels[:: -1 if flip_y else 1, :: -1 if flip_x else 1])
    if isinstance(shape, RotatedBox):
        return _turned_rotated_box(shape, exif_orientation, w, h)
    return _mapped(shape, lambda points: _turned_points(points, exif_orientation, w, h))


_TURNS = {
    1: (False, False, False),
    2: (False, True, False),
    3: (False, True, True),
    4: (False, False, True),
    5: (True, False, False),
    6: (True, True, False),
    7: (True, True, True),
    8: (True, False, True),
}
"""Per orientation: whether x and y change places, and whether the upright picture then is flipped along x and along y."""


def _turned_points(points: Doubles, orientation: int, w: float, h: float) -> Doubles:
    swaps, flip_x, flip_y = _TURNS[orientation]
    x, y = (points[:, 1], points[:, 0]) if swaps else (points[:, 0], points[:, 1])
    width, height = (h, w) if swaps else (w, h)
    return np.stack((width - x if flip_x else x, height - y if flip_y else y), axis=1)


def _turned_rotated_box(box: RotatedBox, orientation: int, w: float, h: float) -> RotatedBox:
    swaps, flip_x, flip_y = _TURNS[orientation]
    degrees = 90.0 - box.degrees if swaps else box.degrees
    degrees = 180.0 - degrees if flip_x else degrees
    degrees = -degrees if flip_y else degrees
    ((x, y),) = _turned_points(np.array([[box.centre_x, box.centre_y]]), orientation, w, h).tolist()
    return RotatedBox(x, y, box.width, box.height, degrees)


def _scaled_rotated_box(box: RotatedBox, sx: float, sy: float) -> RotatedBox:
    upright = box.width < box.height  # the long axis is the one to keep
    angle = math.radians(box.degrees + 90.0 * upright)
    x, y = sx * math.cos(angle), sy * math.sin(angle)
    stretch = math.hypot(x, y)
    long = max(box.width, box.height) * stretch
    short = min(box.width, box.height) * sx * sy / stretch
    degrees = box.degrees if sx == sy else math.degrees(math.atan2(y, x)) - 90.0 * upright
    sides = (short, long) if upright else (long, short)
    return RotatedBox(box.centre_x * sx, box.centre_y * sy, *sides, degrees)


def _mapped(shape: Box | Polygon | Keypoints, change: Callable[[Doubles], Doubles]) -> Shape:
    """Every point changed; the change must keep boxes boxes."""
    if isinstance(shape, Box):
        return _mapped_box(shape, change)
    if isinstance(shape, Polygon):
        return Polygon(
            Part(change(part.outline), [change(hole) for hole in part.holes]) for part in shape.parts
        )
    box = None if shape.box is None else _mapped_box(shape.box, change)
    return Keypoints(change(shape.points), shape.visibility, box)


def _mapped_box(box: Box, change: Callable[[Doubles], Doubles]) -> Box:
    ends = change(np.array([[box.left, box.top], [box.right, box.bottom]], np.float64))
    left, top = ends.min(axis=0).tolist()
    right, bottom = ends.max(axis=0).tolist()
    return Box(left, top, right, bottom)

"""Shapes cut off at the edges of their image."""

from __future__ import annotations

import numpy as np

from labelgraft.domain.arrays import Doubles
from labelgraft.domain.shapes.box import Box
from labelgraft.domain.shapes.keypoints import Keypoints, Visibility
from labelgraft.domain.shapes.mask import Mask
from labelgraft.domain.shapes.measure import corners
from labelgraft.domain.shapes.polygon import Part, Polygon
from labelgraft.domain.shapes.rotated_box import RotatedBox
from labelgraft.domain.shapes.runs import column_pieces, from_pieces, pixel_count
from labelgraft.domain.shapes.shape import Shape
from labelgraft.domain.shapes.untangle import untangled


def clipped(shape: Shape, width_px: int, height_px: int) -> Shape | None:
    """What of a shape lies within 0..width_px, 0..height_px; None where nothing is left.

    A shape that lies inside is given back as it is, so clipping twice is clipping once. A rotated box that is cut becomes
    a Polygon. A polygon may fall into several parts. Keypoints outside become absent, and their box is cut; None where
    neither a point nor a box is left. A mask of another size is laid on the image's top-left corner.
    """
    match shape:
        case Box():
            return _clipped_box(shape, width_px, height_px)
        case RotatedBox():
            ring = corners(shape)
            if _inside(ring, width_px, height_px):
                return shape
            return _clipped_polygon(Polygon([Part(ring)]), width_px, height_px)
        case Polygon():
            return _clipped_polygon(shape, width_px, height_px)
        case Mask():
            same = (shape.width_px, shape.height_px) == (width_px, height_px)
            fitted = shape if same else from_pieces(width_px, height_px, *column_pieces(shape))
            return fitted if pixel_count(fitted) else None
        case Keypoints():
            return _clipped_keypoints(shape, width_px, height_px)


def _clipped_box(box: Box, width_px: int, height_px: int) -> Box | None:
    left, top = max(box.left, 0.0), max(box.top, 0.0)
    right, bottom = min(box.right, float(width_px)), min(box.bottom, float(height_px))
    if right <= left or bottom <= top:
        return None
    cut = Box(left, top, right, bottom)
    return box if cut == box else cut


def _clipped_keypoints(shape: Keypoints, width_px: int, height_px: int) -> Keypoints | None:
    box = None if shape.box is None else _clipped_box(shape.box, width_px, height_px)
    inside = ((shape.points >= 0) & (shape.points <= (width_px, height_px))).all(axis=1)
    seen = np.where(inside, shape.visibility, int(Visibility.ABSENT))
    if box is None and not seen.any():
        return None
    cut = Keypoints(shape.points, seen, box)
    return shape if cut == shape else cut


def _clipped_polygon(polygon: Polygon, width_px: int, height_px: int) -> Polygon | None:
    if all(_inside(part.outline, width_px, height_px) for part in polygon.parts):
        holes = [hole for part in polygon.parts for hole in part.holes]
        if all(_inside(hole, width_px, height_px) for hole in holes):
            return polygon
    parts = [piece for part in polygon.parts for piece in _clipped_part(part, width_px, height_px)]
    return Polygon(parts) if parts else None


def _clipped_part(part: Part, width_px: int, height_px: int) -> list[Part]:
    """Cut ring by ring; cut rings run to and fro along the image's edge, which untangling takes away.

    Source: Sutherland and Hodgman 1974.
    """
    rings = (part.outline, *part.holes)
    if all(_inside(ring, width_px, height_px) for ring in rings):
        return [part]
    cut = [_cut_ring(ring, width_px, height_px) for ring in rings]
    cut = [ring for ring in cut if len(ring) > 2]
    if not cut:
        return []
    parts = untangled(cut)
    return [Part(cut[0], cut[1:])] if parts is None else parts  # still even-odd, with its ways to and fro


def _inside(ring: Doubles, width_px: int, height_px: int) -> bool:
    return bool(((ring >= 0) & (ring <= (width_px, height_px))).all())


def _cut_ring(ring: Doubles, width_px: int, height_px: int) -> Doubles:
    for axis, limit, sign in ((0, 0, 1), (0, width_px, -1), (1, 0, 1), (1, height_px, -1)):
        ring = _cut_side(ring, axis, float(limit), sign)
    return ring


def _cut_side(ring: Doubles, axis: int, limit: float, sign: int) -> Doubles:
    """What of a ring lies on one side of a line; the points where it crosses lie on the line exactly."""
    depth = sign * (ring[:, axis] - limit)
    inside = depth >= 0
    depth_after, after = np.roll(depth, -1), np.roll(ring, -1, axis=0)
    crosses = (inside != np.roll(inside, -1)) & (depth != 0) & (depth_after != 0)
    share = np.where(crosses, depth / np.where(crosses, depth - depth_after, 1.0), 0.0)
    crossing = ring + share[:, None] * (after - ring)
    crossing[:, axis] = limit
    both = np.stack((ring, crossing), axis=1).reshape(-1, 2)
    cut: Doubles = both[np.stack((inside, crosses), axis=1).reshape(-1)]
    return cut

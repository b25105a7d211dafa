"""What a shape measures: bounds, area, whether a point lies in it."""

from __future__ import annotations

import math

import numpy as np

from labelgraft.domain.arrays import Doubles
from labelgraft.domain.shapes.box import Box
from labelgraft.domain.shapes.coverage import shared_area
from labelgraft.domain.shapes.keypoints import Keypoints, Visibility
from labelgraft.domain.shapes.mask import Mask
from labelgraft.domain.shapes.polygon import Polygon
from labelgraft.domain.shapes.rotated_box import RotatedBox
from labelgraft.domain.shapes.runs import pixel_bounds, pixel_count, spans_of
from labelgraft.domain.shapes.scanlines import edges_of, line_spans
from labelgraft.domain.shapes.shape import Shape
from labelgraft.errors import BadShape


def bounds(shape: Shape) -> Box:
    """The smallest box around a shape; of keypoints their own box, or that around the points that are not absent.

    What has no extent along x or y (one keypoint, points in a line) gets one pixel there. Raises: BadShape for an empty
    mask, and keypoints that are all absent and have no box.
    """
    match shape:
        case Box():
            return shape
        case RotatedBox():
            return _around(corners(shape))
        case Polygon():
            return _around(
                np.concatenate([ring for part in shape.parts for ring in (part.outline, *part.holes)])
            )
        case Mask():
            edges = pixel_bounds(shape)
            if edges is None:
                raise BadShape("mask: it is empty and has no bounds.")
            return Box(*map(float, edges))
        case Keypoints():
            return _keypoint_bounds(shape)


def area(shape: Shape) -> float:
    """Square pixels that a shape covers; of keypoints the area of their bounds. 0 for an empty mask.

    Polygons: even-odd within a part, parts that overlap count once. Raises: BadShape as bounds does for keypoints.
    """
    match shape:
        case Box() | RotatedBox():
            return float(shape.width * shape.height)
        case Polygon():
            return shared_area([shape])
        case Mask():
            return float(pixel_count(shape))
        case Keypoints():
            box = bounds(shape)
            return float(box.width * box.height)


def contains(shape: Shape, x: float, y: float) -> bool:
    """Whether a point lies in a shape, upper and left edges included, lower and right ones not; keypoints: their bounds.

    For the centre of a pixel that is what raster.polygon_mask says of the pixel.
    """
    match shape:
        case Box():
            return shape.left <= x < shape.right and shape.top <= y < shape.bottom
        case RotatedBox():
            angle = math.radians(shape.degrees)
            dx, dy = x - shape.centre_x, y - shape.centre_y
            along = dx * math.cos(angle) + dy * math.sin(angle)
            across = dy * math.cos(angle) - dx * math.sin(angle)
            return -shape.width <= 2 * along < shape.width and -shape.height <= 2 * across < shape.height
        case Polygon():
            spans = [line_spans(edges_of(part), np.array([x])) for part in shape.parts]
            return any(bool(((top <= y) & (y < bottom)).any()) for _, top, bottom in spans)
        case Mask():
            return _mask_contains(shape, x, y)
        case Keypoints():
            return contains(bounds(shape), x, y)


def corners(box: RotatedBox) -> Doubles:
    """(4, 2) pixels: at 0 degrees top left, top right, bottom right, bottom left."""
    angle = math.radians(box.degrees)
    along = np.array([math.cos(angle), math.sin(angle)]) * (box.width / 2)
    across = np.array([-math.sin(angle), math.cos(angle)]) * (box.height / 2)
    centre = np.array([box.centre_x, box.centre_y])
    return np.stack(
        (centre - along - across, centre + along - across, centre + along + across, centre - along + across)
    )


def _around(points: Doubles) -> Box:
    (left, top), (right, bottom) = points.min(axis=0).tolist(), points.max(axis=0).tolist()
    if left == right:
        left, right = left - 0.5, right + 0.5
    if top == bottom:
        top, bottom = top - 0.5, bottom + 0.5
    return Box(left, top, right, bottom)


def _keypoint_bounds(shape: Keypoints) -> Box:
    if shape.box is not None:
        return shape.box
    present = shape.points[shape.visibility != Visibility.ABSENT]
    if not len(present):
        raise BadShape("keypoints: all points are absent and there is no box, so they have no bounds.")
    return _around(present)


def _mask_contains(mask: Mask, x: float, y: float) -> bool:
    if not (0 <= x < mask.width_px and 0 <= y < mask.height_px):
        return False
    starts, ends = spans_of(mask)
    pixel = math.floor(x) * mask.height_px + math.floor(y)
    run = int(np.searchsorted(starts, pixel, side="right")) - 1
    return run >= 0 and pixel < int(ends[run])

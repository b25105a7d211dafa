"""How much shapes overlap: intersection over union, boundary IoU, and the likeness of keypoints.

Where a truth is a crowd, COCO divides by what was found alone, so that one person found within a crowd of twenty is no
mistake. Sources: cocoapi, common/maskApi.c and cocoeval.py; Cheng et al. 2021, arXiv:2103.16562 (boundary IoU).
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TypeAlias

import numpy as np

from labelgraft.domain.arrays import Bools, Doubles, Ints
from labelgraft.domain.shapes import rle
from labelgraft.domain.shapes.box import Box
from labelgraft.domain.shapes.coverage import shared_area
from labelgraft.domain.shapes.keypoints import Keypoints, Visibility
from labelgraft.domain.shapes.mask import Mask
from labelgraft.domain.shapes.measure import area as area_of
from labelgraft.domain.shapes.measure import bounds, corners
from labelgraft.domain.shapes.polygon import Polygon
from labelgraft.domain.shapes.rotated_box import RotatedBox
from labelgraft.domain.shapes.runs import pixel_bounds, pixel_count, spans_of
from labelgraft.domain.shapes.shape import Shape, kind_of
from labelgraft.errors import BadShape, ShapeMismatch

TYPICAL_SIGMA = 0.067
"""The mean of COCO's 17 sigmas of a person, for points of which nothing is known."""

Crowd: TypeAlias = bool | Bools
"""Of each truth, or of all."""

_BLOCK = 1 << 16
_PAIRS = 1 << 14


def box_ious(found: Doubles, truth: Doubles, crowd: Crowd = False) -> Doubles:
    """Every box with every box.

    found, truth: (N, 4) and (M, 4) left, top, right, bottom. crowd: (M,) bool or one for all; over the area of `found`
    instead of the union. Returns (N, M) in [0, 1], float64: 200 MB for 5,000 x 5,000.
    """
    left, top, right, bottom = np.asarray(truth, np.float64).reshape(-1, 4).T
    truth_area = (right - left) * (bottom - top)
    ious = np.empty((len(found), len(left)))
    rows = max(1, _BLOCK // max(1, len(left)))
    for begin in range(0, len(found), rows):
        block = np.asarray(found[begin : begin + rows], np.float64)
        x0, y0, x1, y1 = block.T[:, :, None]
        shared = np.minimum(x1, right)
        shared -= np.maximum(x0, left)
        np.maximum(shared, 0.0, out=shared)
        tall = np.minimum(y1, bottom)
        tall -= np.maximum(y0, top)
        np.maximum(tall, 0.0, out=tall)
        shared *= tall
        ious[begin : begin + rows] = _ratio(shared, (x1 - x0) * (y1 - y0), truth_area, crowd)
    return ious


def rotated_iou(found: RotatedBox, truth: RotatedBox, crowd: bool = False) -> float:
    """Of two rotated boxes; in [0, 1]."""
    return float(rotated_ious([found], [truth], crowd)[0, 0])


def rotated_ious(found: Sequence[RotatedBox], truth: Sequence[RotatedBox], crowd: Crowd = False) -> Doubles:
    """Every rotated box with every rotated box: (N, M) in [0, 1]. Only pairs whose bounds meet are computed."""
    shared = np.zeros((len(found), len(truth)))
    meeting = np.argwhere(box_ious(_bounds_of(found), _bounds_of(truth)) > 0)
    if len(meeting):
        ours, theirs = (np.stack([corners(box) for box in boxes]) for boxes in (found, truth))
        for begin in range(0, len(meeting), _PAIRS):
            row, column = meeting[begin : begin + _PAIRS].T
            shared[row, column] = _convex_overlap(ours[row], theirs[column])
    areas = (np.array([box.width * box.height for box in boxes], np.float64) for boxes in (found, truth))
    found_area, truth_area = areas
    shared = np.minimum(shared, np.minimum(found_area[:, None], truth_area))
    return _ratio(shared, found_area[:, None], truth_area, crowd)


def mask_ious(found: Sequence[Mask], truth: Sequence[Mask], crowd: Crowd = False) -> Doubles:
    """Every mask with every mask, on run lengths: (N, M) in [0, 1], exactly pycocotools' numbers.

    Masks whose bounds do not meet cost nothing; the others cost runs x log(runs). Two empty masks have 0.
    Raises: ShapeMismatch for masks of images of different sizes.
    """
    _same_size([*found, *truth])
    shared = np.zeros((len(found), len(truth)))
    meeting = np.argwhere(box_ious(_pixel_bounds_of(found), _pixel_bounds_of(truth)) > 0)
    spans = [spans_of(mask) for mask in truth]
    for row, column in meeting.tolist():
        shared[row, column] = _shared_pixels(spans_of(found[row]), spans[column])
    found_area, truth_area = (
        np.array([pixel_count(mask) for mask in each], np.float64) for each in (found, truth)
    )
    return _ratio(shared, found_area[:, None], truth_area, crowd)


def boundary_iou(found: Mask, truth: Mask, band: float = 0.02) -> float:
    """IoU of the two masks' borders: of the pixels of each within `band` of its own edge (image edges count).

    band: share of the image's diagonal, at least one pixel; distance along rows, columns and diagonals alike. In [0, 1];
    0 where both are empty. O(pixels of the bounds of both). Raises: ShapeMismatch.
    """
    _same_size([found, truth])
    edges = [each for each in (pixel_bounds(found), pixel_bounds(truth)) if each is not None]
    if not edges:
        return 0.0
    left, top = min(each[0] for each in edges), min(each[1] for each in edges)
    right, bottom = max(each[2] for each in edges), max(each[3] for each in edges)
    depth = max(1, round(band * float(np.hypot(found.width_px, found.height_px))))
    ours, theirs = (_border(rle.decode(mask)[top:bottom, left:right], depth) for mask in (found, truth))
    return float(np.count_nonzero(ours & theirs) / np.count_nonzero(ours | theirs))


def oks(found: Keypoints, truth: Keypoints, sigmas: Sequence[float], area: float) -> float:
    """Object keypoint similarity, as COCO: the mean over the truth's points of exp(-distance^2 / (2 area (2 sigma)^2)).

    sigmas: of the class's Skeleton, one per point. area: of the true object in square pixels; COCO takes the area of
    its segmentation. Points that the truth does not have do not count; whether a found point is called visible does not
    matter. Where the truth has no point at all, the distance is that outside of its box doubled on every side.
    Raises: ShapeMismatch for other numbers of points. BadShape for a truth with neither a point nor a box.
    """
    if not len(found.points) == len(truth.points) == len(sigmas):
        raise ShapeMismatch(
            f"keypoints: found {len(found.points)} points and {len(sigmas)} sigmas, expected {len(truth.points)}."
        )
    present = truth.visibility > Visibility.ABSENT
    away = found.points - truth.points if present.any() else _outside(found.points, truth.box)
    variance = (2 * np.asarray(sigmas, np.float64)) ** 2
    strain = (away**2).sum(axis=1) / variance / (area + np.spacing(1)) / 2
    return float(np.exp(-strain[present] if present.any() else -strain).mean())


def iou(found: Shape, truth: Shape, crowd: bool = False) -> float:
    """Of any two shapes of one kind, in [0, 1]. Polygons: exact areas. Keypoints: OKS with TYPICAL_SIGMA and the area of the
    truth's bounds, which is the only one where the order matters; crowd says nothing there.

    Raises: ShapeMismatch for two kinds, or masks of different images. BadShape for keypoints without points and box.
    """
    match found, truth:
        case Box(), Box():
            return float(box_ious(_bounds_of([found]), _bounds_of([truth]), crowd)[0, 0])
        case RotatedBox(), RotatedBox():
            return rotated_iou(found, truth, crowd)
        case Mask(), Mask():
            return float(mask_ious([found], [truth], crowd)[0, 0])
        case Polygon(), Polygon():
            return _polygon_iou(found, truth, crowd)
        case Keypoints(), Keypoints():
            return oks(found, truth, [TYPICAL_SIGMA] * len(truth.points), area_of(truth))
    raise ShapeMismatch(f"found a {kind_of(found)} and a {kind_of(truth)}, expected two shapes of one kind.")


def _ratio(shared: Doubles, found_area: Doubles, truth_area: Doubles, crowd: Crowd) -> Doubles:
    """Intersection over union, or over found_area where crowd; 0 where that is 0."""
    whole = np.where(crowd, found_area, found_area + truth_area - shared) if np.any(crowd) else None
    if whole is None:
        whole = found_area + truth_area
        whole -= shared
    whole[whole <= 0] = 1.0
    shared /= whole
    return shared


def _bounds_of(shapes: Sequence[Shape]) -> Doubles:
    boxes = [bounds(shape) for shape in shapes]
    edges = [(box.left, box.top, box.right, box.bottom) for box in boxes]
    return np.array(edges, np.float64).reshape(-1, 4)


def _pixel_bounds_of(masks: Sequence[Mask]) -> Doubles:
    return np.array([pixel_bounds(mask) or (0, 0, 0, 0) for mask in masks], np.float64).reshape(-1, 4)


def _same_size(masks: Sequence[Mask]) -> None:
    sizes = sorted({(mask.width_px, mask.height_px) for mask in masks})
    if len(sizes) > 1:
        raise ShapeMismatch(f"masks: found images of {sizes[0]} and {sizes[1]} px, expected one size.")


def _shared_pixels(one: tuple[Ints, Ints], other: tuple[Ints, Ints]) -> int:
    """Pixels in both; the one with fewer runs looks itself up in the other."""
    (starts, ends), (begins, stops) = sorted((one, other), key=lambda each: len(each[0]))
    before = np.concatenate(([0], np.cumsum(stops - begins)))

    def inside_until(pixel: Ints) -> Ints:
        run = np.searchsorted(begins, pixel, side="right")
        beyond: Ints = np.maximum(stops[run - 1] - pixel, 0) * (run > 0)
        inside: Ints = before[run] - beyond
        return inside

    return int((inside_until(ends) - inside_until(starts)).sum())


def _convex_overlap(ours: Doubles, theirs: Doubles) -> Doubles:
    """Shared area of P pairs of clockwise quadrilaterals (P, 4, 2): (P,).

    Each cut keeps the points inside, puts the others onto the cutting line and adds the points where edges cross it.
    What then runs to and fro along the line encloses nothing, so nothing has to be removed.
    """
    ring = ours - theirs[:, :1]  # near zero, where products lose least
    quad = theirs - theirs[:, :1]
    for corner in range(4):
        start = quad[:, corner, None]
        way = quad[:, (corner + 1) % 4, None] - start
        length = (way**2).sum(axis=2)  # squared; 0 where a side is too short for it
        depth = _cross(way, ring - start) / np.where(length > 0, length, 1.0)
        normal = np.stack((-way[..., 1], way[..., 0]), axis=2)
        on_line = ring - np.minimum(depth, 0.0)[..., None] * normal
        after, depth_after = np.roll(ring, -1, axis=1), np.roll(depth, -1, axis=1)
        crosses = (depth < 0) != (depth_after < 0)
        share = np.where(crosses, depth / np.where(crosses, depth - depth_after, 1.0), 0.0)
        crossing = np.where(crosses[..., None], ring + share[..., None] * (after - ring), on_line)
        ring = np.stack((on_line, crossing), axis=2).reshape(len(ring), -1, 2)
    area: Doubles = np.abs(_cross(ring, np.roll(ring, -1, axis=1)).sum(axis=1)) / 2
    return area


def _cross(a: Doubles, b: Doubles) -> Doubles:
    product: Doubles = a[..., 0] * b[..., 1] - a[..., 1] * b[..., 0]
    return product


def _border(inside: Bools, depth: int) -> Bools:
    """The pixels from which a square of 2 depth + 1 pixels does not fit into the object."""
    return inside & ~_eroded(_eroded(inside, depth).T, depth).T


def _eroded(inside: Bools, depth: int) -> Bools:
    """True where the row is inside from depth pixels before to depth pixels after; beyond the array nothing is inside.

    By doubling: a window of 2n is two windows of n, so the cost is log(depth).
    """
    rows, columns = inside.shape
    window = np.zeros((rows, columns + 2 * depth), np.bool_)
    window[:, depth : depth + columns] = inside
    size = 1
    while size < 2 * depth + 1:
        step = min(size, 2 * depth + 1 - size)
        window = window[:, :-step] & window[:, step:]
        size += step
    return window


def _outside(points: Doubles, box: Box | None) -> Doubles:
    """How far points lie outside of a box doubled on every side: (K, 2)."""
    if box is None:
        raise BadShape("keypoints: the truth has neither a point nor a box to compare with.")
    low = np.array([box.left - box.width, box.top - box.height])
    high = np.array([box.right + box.width, box.bottom + box.height])
    away: Doubles = np.maximum(0.0, low - points) + np.maximum(0.0, points - high)
    return away


def _polygon_iou(found: Polygon, truth: Polygon, crowd: bool) -> float:
    boxes = _bounds_of([found]), _bounds_of([truth])
    if not box_ious(*boxes)[0, 0] > 0:
        return 0.0
    shared = shared_area([found, truth])
    ours, theirs = area_of(found), area_of(truth)
    shared = min(shared, ours, theirs)
    return float(_ratio(np.array([shared]), np.array([ours]), np.array([theirs]), crowd)[0])

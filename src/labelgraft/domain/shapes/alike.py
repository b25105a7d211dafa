"""Whether two shapes are of the same object, be they of one kind or not."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from labelgraft.domain.arrays import Doubles
from labelgraft.domain.shapes.keypoints import Keypoints
from labelgraft.domain.shapes.mask import Mask
from labelgraft.domain.shapes.measure import bounds
from labelgraft.domain.shapes.overlap import box_ious, iou, mask_ious
from labelgraft.domain.shapes.polygon import Polygon
from labelgraft.domain.shapes.raster import polygon_mask
from labelgraft.domain.shapes.shape import Shape, ShapeKind, kind_of
from labelgraft.errors import BadShape


def overlaps_any(shape: Shape, others: Sequence[Shape], least: float, width_px: int, height_px: int) -> bool:
    """Whether a shape overlaps one of the others by an IoU of `least` or more, in an image of that size.

    Shapes of one kind by their own measure (keypoints: their likeness); a polygon and a mask by their pixels; others, and
    keypoints of different skeletons, by their bounds. Shapes without any extent overlap nothing.
    """
    mine = _edges(shape)
    if mine is None:
        return False
    known = [(other, edges) for other in others if (edges := _edges(other)) is not None]
    if not known:
        return False
    of_bounds = box_ious(mine[None], np.stack([edges for _, edges in known]))[0]
    return any(
        _iou(shape, other, float(by_bounds), width_px, height_px) >= least
        for (other, _), by_bounds in zip(known, of_bounds, strict=True)
        if by_bounds > 0
    )


def shape_iou(one: Shape, other: Shape, width_px: int, height_px: int) -> float:
    """The overlap by which overlaps_any goes: 0 to 1, 0 where either has no extent."""
    edges = _edges(one), _edges(other)
    if edges[0] is None or edges[1] is None:
        return 0.0
    of_bounds = float(box_ious(edges[0][None], edges[1][None])[0, 0])
    return _iou(one, other, of_bounds, width_px, height_px) if of_bounds > 0 else 0.0


def _iou(one: Shape, other: Shape, of_bounds: float, width_px: int, height_px: int) -> float:
    kinds = {kind_of(one), kind_of(other)}
    if kinds == {ShapeKind.BOX}:
        return of_bounds
    if kinds == {ShapeKind.POLYGON, ShapeKind.MASK}:
        masks = [_mask(each, width_px, height_px) for each in (one, other)]
        return float(mask_ious(masks[:1], masks[1:])[0, 0])
    if isinstance(one, Keypoints) and isinstance(other, Keypoints) and len(one.points) != len(other.points):
        return of_bounds
    return float(iou(one, other)) if len(kinds) == 1 else of_bounds


def _mask(shape: Shape, width_px: int, height_px: int) -> Mask:
    if isinstance(shape, Polygon):
        return polygon_mask(shape, width_px, height_px)
    assert isinstance(shape, Mask)  # the caller looked at the kinds
    return shape


def _edges(shape: Shape) -> Doubles | None:
    """Of its bounds; None where it has none."""
    try:
        box = bounds(shape)
    except BadShape:  # an empty mask, or keypoints that are all absent
        return None
    return np.array([box.left, box.top, box.right, box.bottom], np.float64)

"""The objects of one image, as people drew them and as a model found them, and how much they overlap."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TypeVar

import numpy as np

from labelgraft.domain.arrays import Bools, Doubles, Floats, Ints
from labelgraft.domain.shapes import overlap
from labelgraft.domain.shapes.keypoints import Keypoints, Visibility
from labelgraft.domain.shapes.mask import Mask
from labelgraft.domain.shapes.measure import area, bounds
from labelgraft.domain.shapes.shape import Shape, ShapeKind
from labelgraft.errors import BadInput, ShapeMismatch

Kind = TypeVar("Kind", Mask, Keypoints)


@dataclass(frozen=True, slots=True, eq=False)
class TrueObjects:
    """M objects that somebody drew in an image.

    class_indexes: (M,) int64. crowd: (M,) bool: stands for many; what is found in it neither counts nor harms.
    areas: (M,) square pixels, for keypoints the area of the object that they belong to.
    Raises: ShapeMismatch if the lengths differ.
    """

    class_indexes: Ints
    shapes: tuple[Shape, ...]
    crowd: Bools
    areas: Doubles

    def __post_init__(self) -> None:
        if not len(self.class_indexes) == len(self.shapes) == len(self.crowd) == len(self.areas):
            raise ShapeMismatch("true objects: expected a class, a shape, a crowd flag and an area for each.")

    @property
    def ignored(self) -> Bools:
        """(M,): crowds, and keypoints without a single point."""
        empty = [
            isinstance(shape, Keypoints) and not (shape.visibility > Visibility.ABSENT).any()
            for shape in self.shapes
        ]
        return self.crowd | np.array(empty, np.bool_)


@dataclass(frozen=True, slots=True, eq=False)
class FoundObjects:
    """N objects that a model found in an image, in any order.

    class_indexes: (N,) int64. confidences: (N,) float, higher is surer. Raises: ShapeMismatch if the lengths differ.
    """

    class_indexes: Ints
    confidences: Floats
    shapes: tuple[Shape, ...]

    def __post_init__(self) -> None:
        if not len(self.class_indexes) == len(self.shapes) == len(self.confidences):
            raise ShapeMismatch("found objects: expected a class, a confidence and a shape for each.")


def true_objects(
    class_indexes: Sequence[int], shapes: Sequence[Shape], crowd: Sequence[bool] = ()
) -> TrueObjects:
    """With the areas of the shapes themselves; nothing is a crowd unless said."""
    return TrueObjects(
        np.array(class_indexes, np.int64),
        tuple(shapes),
        np.array(crowd if len(crowd) else [False] * len(shapes), np.bool_),
        np.array([_area(shape) for shape in shapes], np.float64),
    )


def _area(shape: Shape) -> float:
    nothing = isinstance(shape, Keypoints) and shape.box is None and not shape.visibility.any()
    return 0.0 if nothing else area(shape)


def overlaps(
    found: FoundObjects, truth: TrueObjects, kind: ShapeKind, sigmas: Sequence[float] = ()
) -> Doubles:
    """(N, M) in [0, 1], classes not looked at: IoU, over the found area for crowds; OKS for keypoints.

    kind: BOX compares the boxes around shapes of any kind. sigmas: of keypoints.
    Raises: BadInput for shapes of another kind.
    """
    if not found.shapes or not truth.shapes:
        return np.zeros((len(found.shapes), len(truth.shapes)))
    if kind is ShapeKind.BOX:
        return overlap.box_ious(boxes_of(found.shapes), boxes_of(truth.shapes), truth.crowd)
    if kind is ShapeKind.MASK:
        return overlap.mask_ious(_only(found.shapes, Mask), _only(truth.shapes, Mask), truth.crowd)
    if kind is ShapeKind.KEYPOINTS:
        return _point_likeness(
            _only(found.shapes, Keypoints), _only(truth.shapes, Keypoints), sigmas, truth.areas
        )
    raise BadInput(f"scoring: found {kind}, expected box, mask or keypoints.")


def boxes_of(shapes: Sequence[Shape]) -> Doubles:
    """(N, 4) left, top, right, bottom around each shape."""
    boxes = [bounds(shape) for shape in shapes]
    return np.array([(b.left, b.top, b.right, b.bottom) for b in boxes], np.float64).reshape(-1, 4)


def _only(shapes: Sequence[Shape], kind: type[Kind]) -> list[Kind]:
    chosen = [shape for shape in shapes if isinstance(shape, kind)]
    if len(chosen) != len(shapes):
        raise BadInput(
            f"scoring: found other shapes among {kind.__name__.lower()} shapes, expected one kind."
        )
    return chosen


def _point_likeness(
    found: Sequence[Keypoints], truth: Sequence[Keypoints], sigmas: Sequence[float], areas: Doubles
) -> Doubles:
    """overlap.oks of every pair."""
    if any(len(each.points) != len(sigmas) for each in (*found, *truth)):
        raise ShapeMismatch(f"scoring: expected {len(sigmas)} points, one for each sigma.")
    places = np.stack([each.points for each in found])
    result = np.zeros((len(found), len(truth)))
    variance = (2 * np.asarray(sigmas, np.float64)) ** 2
    for at, (each, size) in enumerate(zip(truth, areas, strict=True)):
        present = each.visibility > Visibility.ABSENT
        if not present.any():
            if each.box is not None:
                result[:, at] = [overlap.oks(one, each, sigmas, float(size)) for one in found]
            continue
        away = ((places[:, present] - each.points[present]) ** 2).sum(axis=2)
        result[:, at] = np.exp(-away / variance[present] / (size + np.spacing(1)) / 2).mean(axis=1)
    return result

"""Keypoints: the named points of one object, in the order of its class's skeleton."""

from __future__ import annotations

from dataclasses import dataclass
from enum import IntEnum
from typing import Any

import numpy as np

from labelgraft.domain.arrays import Doubles, Ints
from labelgraft.domain.shapes.box import Box
from labelgraft.domain.shapes.points import read_only_points
from labelgraft.errors import BadShape


class Visibility(IntEnum):
    """As COCO counts it."""

    ABSENT = 0
    HIDDEN = 1
    VISIBLE = 2


class Keypoints:
    """One object's points. points: (K, 2) pixels, K >= 1. visibility: (K,) int64 of Visibility; absent points lie at 0, 0.

    box: around the whole object, where somebody drew one. Raises: BadShape.
    """

    __slots__ = ("box", "points", "visibility")

    def __init__(self, points: Any, visibility: Any, box: Box | None = None) -> None:
        seen = np.array(visibility, np.int64, ndmin=1)
        placed = read_only_points(points, "keypoints", at_least=1).copy()
        if seen.shape != (len(placed),) or not np.isin(seen, tuple(Visibility)).all():
            raise BadShape(f"keypoints: expected a visibility of 0, 1 or 2 for each of {len(placed)} points.")
        placed[seen == Visibility.ABSENT] = 0.0
        placed.setflags(write=False)
        seen.setflags(write=False)
        self.points: Doubles = placed
        self.visibility: Ints = seen
        self.box = box

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Keypoints) and self._key() == other._key()

    def __hash__(self) -> int:
        return hash(self._key())

    def __repr__(self) -> str:
        return f"Keypoints({self.points.tolist()}, {self.visibility.tolist()}, box={self.box})"

    def _key(self) -> tuple[bytes, bytes, Box | None]:
        return (self.points + 0.0).tobytes(), self.visibility.tobytes(), self.box


@dataclass(frozen=True, slots=True)
class Skeleton:
    """What the keypoints of a class are.

    names: of the points, in order, each once. limbs: pairs of indexes into names, from 0, drawn as lines. mirrored:
    index of the point that each becomes in the mirrored image (left eye, right eye), itself for one in the middle.
    sigmas: how far off careful annotators are, as a share of the object's size, for OKS; COCO's kappa is twice that.
    Raises: BadShape where these do not fit together.
    """

    names: tuple[str, ...]
    limbs: tuple[tuple[int, int], ...] = ()
    mirrored: tuple[int, ...] = ()
    sigmas: tuple[float, ...] = ()

    def __post_init__(self) -> None:
        count = len(self.names)
        if not count or len(set(self.names)) != count or not all(self.names):
            raise BadShape("skeleton: expected names of points, each once.")
        if any(not 0 <= end < count for limb in self.limbs for end in limb):
            raise BadShape(
                f"skeleton: a limb leads to a point that is not there; there are {count}, counted from 0."
            )
        if self.mirrored and (
            len(self.mirrored) != count
            or any(
                not 0 <= other < count or self.mirrored[other] != at for at, other in enumerate(self.mirrored)
            )
        ):
            raise BadShape(
                "skeleton: expected for each point the one it becomes in the mirror, and back again."
            )
        if self.sigmas and (len(self.sigmas) != count or any(not 0 < sigma < 10 for sigma in self.sigmas)):
            raise BadShape(f"skeleton: expected {count} sigmas above 0, or none.")

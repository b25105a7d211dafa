"""Bringing a new round of the map into the frame of the old one, so that nothing turns, flips or drifts.

The frame: centre (the mean) at 0; radius 1, the distance from the centre within which 95 % of the images lie.
Round 1 is put into it; later rounds are registered to the round before, over the images in both.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from labelgraft.domain.arrays import Bools, Doubles, Floats
from labelgraft.errors import ShapeMismatch

RADIUS_SHARE = 95.0
KEPT_SHARE = 0.7
ROUNDS = 10


@dataclass(frozen=True, slots=True)
class Registration:
    """A turn (or mirrored turn), one scale and a shift.

    rotation: (2, 2) float64, orthogonal; determinant -1 when mirrored. shift: (2,), added last.
    """

    rotation: Doubles
    scale: float
    shift: Doubles

    def apply(self, xy: Floats) -> Floats:
        """The points, (N, 2), in the other frame."""
        turned = np.asarray(xy, np.float64) @ self.rotation.T
        moved: Floats = (self.scale * turned + self.shift).astype(np.float32)
        return moved


def frame_radius(xy: Floats) -> float:
    """The distance from the mean within which 95 % of the points lie; 0 for one point or none."""
    if len(xy) == 0:
        return 0.0
    return float(np.percentile(np.linalg.norm(xy - xy.mean(axis=0), axis=1), RADIUS_SHARE))


def to_frame(xy: Floats) -> Floats:
    """The points, (N, 2), shifted to mean 0 and scaled to radius 1; points all in one place come to 0."""
    if len(xy) == 0:
        return np.zeros((0, 2), np.float32)
    centred = xy - xy.mean(axis=0)
    radius = frame_radius(xy)
    # Float noise around one place must not be blown up to a whole map.
    if radius <= 1e-6 * (1.0 + float(np.abs(xy).max())):
        return np.zeros_like(xy, dtype=np.float32)
    framed: Floats = (centred / radius).astype(np.float32)
    return framed


def register(new_xy: Floats, old_xy: Floats) -> Registration:
    """The turn, mirror, scale and shift that bring new points closest to the old ones, row by row.

    S points in both rounds. Fitted again and again on the 70 % that then lie closest, until these stay the
    same, so that a third of the images may move to another island without dragging the rest. The scale is the
    ratio of the two spreads, not the least-squares one: that one shrinks with every image that moves, and the
    map would shrink round by round.

    Args:
        new_xy, old_xy: (S, 2) float32 without NaN.
    Returns: the identity when S is 0, a mere shift when all points of one side are in one place.
    Raises: ShapeMismatch if the two differ in shape.
    Source: Schoenemann 1966, least squares on the kept points; trimming as in Rousseeuw 1984.
    """
    if new_xy.shape != old_xy.shape or new_xy.ndim != 2 or new_xy.shape[1:] != (2,):
        raise ShapeMismatch(
            f"new_xy has shape {new_xy.shape} and old_xy {old_xy.shape}, expected (S, 2) both."
        )
    if len(new_xy) == 0:
        return Registration(np.eye(2), 1.0, np.zeros(2))
    new, old = new_xy.astype(np.float64), old_xy.astype(np.float64)
    kept: Bools = np.ones(len(new), np.bool_)
    found = _fit(new, old)
    keep_count = max(3, round(KEPT_SHARE * len(new)))
    for _ in range(ROUNDS if keep_count < len(new) else 0):
        error = np.linalg.norm(found.scale * (new @ found.rotation.T) + found.shift - old, axis=1)
        closest: Bools = np.zeros(len(new), np.bool_)
        closest[np.argsort(error, kind="stable")[:keep_count]] = True
        if np.array_equal(closest, kept):
            break
        kept = closest
        found = _fit(new[kept], old[kept])
    return found


def median_move(new_xy: Floats, old_xy: Floats) -> float:
    """How far the middle image moved, in radii of the old round; both (S, 2), in one frame, S >= 1."""
    radius = frame_radius(old_xy) or 1.0
    return float(np.median(np.linalg.norm(new_xy - old_xy, axis=1))) / radius


def _fit(new: Doubles, old: Doubles) -> Registration:
    new_mean, old_mean = new.mean(axis=0), old.mean(axis=0)
    new_spread, old_spread = (float(np.sqrt(np.square(p - p.mean(axis=0)).sum())) for p in (new, old))
    if new_spread < 1e-9 or old_spread < 1e-9:
        return Registration(np.eye(2), 1.0, old_mean - new_mean)
    left, _, right = np.linalg.svd((old - old_mean).T @ (new - new_mean))
    rotation = left @ right
    scale = old_spread / new_spread
    return Registration(rotation, scale, old_mean - scale * (rotation @ new_mean))

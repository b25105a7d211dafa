"""A selection of images by one gesture: which, how they were chosen, and in words."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from labelgraft.domain.arrays import Bools, Floats
from labelgraft.domain.ids import ImageId
from labelgraft.domain.operation import Cause


@dataclass(frozen=True, slots=True)
class Selection:
    """Images chosen by one gesture.

    cause, detail: what the history keeps of it (a lasso's corners and its map round). words: "by lasso on
    round 3".
    """

    image_ids: tuple[ImageId, ...]
    cause: Cause = Cause.HAND
    detail: Mapping[str, Any] = field(default_factory=dict)
    words: str = ""


def inside_lasso(corners: Sequence[tuple[float, float]], xy: Floats) -> Bools:
    """Which points lie inside a closed polygon, by the even-odd rule.

    corners: three or more, in the units of xy; the last joins the first. xy: (N, 2). Returns (N,) bool. A point
    on a left or lower edge counts as inside, on a right or upper edge as outside, so that two polygons which
    share an edge never both hold a point.
    """
    x, y = xy[:, 0].astype(np.float64), xy[:, 1].astype(np.float64)
    inside = np.zeros(len(xy), np.bool_)
    below = np.array(corners, np.float64)
    near = np.flatnonzero(
        (x >= below[:, 0].min())
        & (x <= below[:, 0].max())
        & (y >= below[:, 1].min())
        & (y <= below[:, 1].max())
    )
    # An edge concerns only the points between its two heights: in the order of heights they are a slice.
    near = near[np.argsort(y[near], kind="stable")]
    across, height = x[near], y[near]
    odd = np.zeros(len(near), np.bool_)
    for (x1, y1), (x2, y2) in zip(corners, [*corners[1:], corners[0]], strict=True):
        if y1 == y2:
            continue
        first, last = np.searchsorted(height, (min(y1, y2), max(y1, y2)))
        between = slice(int(first), int(last))
        odd[between] ^= across[between] < x1 + (height[between] - y1) * (x2 - x1) / (y2 - y1)
    inside[near] = odd
    return inside


def inside_rectangle(corners: tuple[float, float, float, float], xy: Floats) -> Bools:
    """Which points lie in a rectangle given by any two opposite corners x0, y0, x1, y1, its edges included.

    xy: (N, 2), in the same units. Returns (N,) bool.
    """
    x0, y0, x1, y1 = corners
    x, y = xy[:, 0], xy[:, 1]
    across: Bools = (x >= min(x0, x1)) & (x <= max(x0, x1))
    along: Bools = (y >= min(y0, y1)) & (y <= max(y0, y1))
    return across & along

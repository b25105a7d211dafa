"""Outlines with fewer vertices."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from labelgraft.domain.arrays import Bools, Doubles, Ints


def simplified(rings: Sequence[Doubles], tolerance_px: float) -> list[Doubles]:
    """Each ring with some of its vertices, in their order; those left out are within tolerance_px of the new edge.

    A ring that is nowhere farther than tolerance_px from one line becomes that line: two vertices. All rings are done at
    once, level by level: O(vertices x levels), a few dozen levels for real outlines, at worst as many as vertices.
    Source: Douglas and Peucker 1973.
    """
    if not rings:
        return []
    closed: Doubles = np.concatenate([np.concatenate((ring, ring[:1])) for ring in rings])
    sizes = np.array([len(ring) + 1 for ring in rings])
    ends = np.cumsum(sizes)
    first, last = ends - sizes, ends - 1
    kept = np.zeros(len(closed), np.bool_)
    kept[first] = True
    far = _farthest(closed, first, last)[0]
    kept[far] = True
    _keep_what_sticks_out(
        closed, kept, np.concatenate((first, far)), np.concatenate((far, last)), tolerance_px
    )
    return [closed[a:b][kept[a:b]] for a, b in zip(first.tolist(), last.tolist(), strict=True)]


def _keep_what_sticks_out(points: Doubles, kept: Bools, low: Ints, high: Ints, tolerance_px: float) -> None:
    """Marks in kept, of the points between low[i] and high[i], those needed to come within tolerance of all."""
    while True:
        long = high - low > 1
        low, high = low[long], high[long]
        if not len(low):
            return
        middle, distance = _farthest(points, low, high)
        out = distance > tolerance_px
        low, high, middle = low[out], high[out], middle[out]
        kept[middle] = True
        low, high = np.concatenate((low, middle)), np.concatenate((middle, high))


def _farthest(points: Doubles, low: Ints, high: Ints) -> tuple[Ints, Doubles]:
    """Between low[i] and high[i], at least two apart: the point farthest from the straight way there, and how far it is."""
    counts = high - low - 1
    begins = np.cumsum(counts) - counts
    chord = np.repeat(np.arange(len(low)), counts)
    at = np.arange(len(chord)) + np.repeat(low + 1 - begins, counts)
    start, way = points[low], points[high] - points[low]
    away = points[at] - start[chord]
    square = (way**2).sum(axis=1)
    along = (away * way[chord]).sum(axis=1) / np.where(square > 0, square, 1.0)[chord]
    rest = away - np.clip(along, 0.0, 1.0)[:, None] * way[chord]
    distance = np.hypot(rest[:, 0], rest[:, 1])
    most = np.maximum.reduceat(distance, begins)
    found = np.flatnonzero(distance == most[chord])
    return at[found[np.searchsorted(chord[found], np.arange(len(low)))]], most

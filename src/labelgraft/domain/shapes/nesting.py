"""Rings that lie in each other: which are outlines and which are holes in them."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from labelgraft.domain.arrays import Doubles, Ints
from labelgraft.domain.shapes.polygon import Part


def in_parts(rings: Sequence[Doubles]) -> list[Part]:
    """Rings that do not cross each other, even-odd: one inside of an odd number of others is a hole in the innermost.

    rings: each (N, 2), N >= 3. Parts come in the order of their outlines, holes of a part in that of the rings.
    O(E log E + edges of rings above each other).
    """
    if not rings:
        return []
    inner, outer = _containments(rings)
    depth = np.bincount(inner, minlength=len(rings))
    holes: dict[int, list[Doubles]] = {at: [] for at in np.flatnonzero(depth % 2 == 0).tolist()}
    around = (depth[inner] % 2 == 1) & (depth[outer] == depth[inner] - 1)
    for hole, outline in zip(inner[around].tolist(), outer[around].tolist(), strict=True):
        holes[outline].append(rings[hole])
    return [Part(rings[outline], own) for outline, own in holes.items()]


def signed_area(ring: Doubles) -> float:
    """Square pixels, positive where the ring runs clockwise on the screen."""
    x, y = (ring - ring[0]).T
    return float(x @ np.roll(y, -1) - y @ np.roll(x, -1)) / 2


def _containments(rings: Sequence[Doubles]) -> tuple[Ints, Ints]:
    """All pairs of a ring and one around it, of rings that do not cross: (C,) and (C,) indexes.

    A point on each ring is looked at: an odd number of edges of another ring above it says that it lies in that ring.
    """
    sizes = np.array([len(ring) for ring in rings])
    whose = np.repeat(np.arange(len(rings)), sizes)
    start, end = np.concatenate(rings), np.concatenate([np.roll(ring, -1, axis=0) for ring in rings])
    backwards = start[:, 0] > end[:, 0]
    start[backwards], end[backwards] = end[backwards], start[backwards].copy()
    widths = end[:, 0] - start[:, 0]
    begins = np.cumsum(sizes) - sizes
    widest = np.array(
        [
            begin + int(widths[begin : begin + size].argmax())
            for begin, size in zip(begins, sizes, strict=True)
        ]
    )
    middle = (start[widest] + end[widest]) / 2
    ordered = np.argsort(middle[:, 0], kind="stable")
    lines = middle[ordered, 0]
    first = np.searchsorted(lines, start[:, 0])
    meetings = np.searchsorted(lines, end[:, 0]) - first
    edge = np.repeat(np.arange(len(start)), meetings)
    line = np.arange(len(edge)) - np.repeat(np.cumsum(meetings) - meetings - first, meetings)
    share = (lines[line] - start[edge, 0]) / widths[edge]
    y = start[edge, 1] + share * (end[edge, 1] - start[edge, 1])
    point = ordered[line]
    above = (y < middle[point, 1]) & (whose[edge] != point)
    pairs, times = np.unique(point[above] * len(rings) + whose[edge[above]], return_counts=True)
    found = pairs[times % 2 == 1]
    return found // len(rings), found % len(rings)

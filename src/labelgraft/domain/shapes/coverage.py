"""Areas of polygons and of what they share, exact up to rounding, whatever crosses whatever."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from labelgraft.domain.arrays import Doubles
from labelgraft.domain.shapes.crossings import crossing_xs
from labelgraft.domain.shapes.polygon import Polygon
from labelgraft.domain.shapes.scanlines import edges_of, line_spans

_MEETINGS = 1 << 21
_MOST_MEETINGS = 20_000_000
_EVEN_STRIPS = 4096


def shared_area(polygons: Sequence[Polygon]) -> float:
    """Square pixels that all of the polygons cover; of one polygon: its area.

    The plane is cut into upright strips at every vertex and crossing; within a strip edges are straight and do not
    cross, so the length covered along its middle times its width is its area. Crossing edges, holes, parts that overlap
    and edges that lie on each other need no care. O(strips x edges that meet a strip); tangles of thousands of edges, for
    which that is beyond _MOST_MEETINGS, get strips of equal width and are right to about a thousandth of their bounds.
    """
    parts = [[edges_of(part) for part in polygon.parts] for polygon in polygons]
    edges = np.concatenate([each for owned in parts for each in owned])
    left = max(min(each[:, 0].min() for each in owned) for owned in parts)
    right = min(max(each[:, 2].max() for each in owned) for owned in parts)
    if not left < right:
        return 0.0
    cuts = _cuts(edges, left, right)
    middles, widths = (cuts[1:] + cuts[:-1]) / 2, np.diff(cuts)
    step = max(1, _MEETINGS // len(edges))
    return float(
        sum(
            _covered(parts, middles[begin : begin + step]) @ widths[begin : begin + step]
            for begin in range(0, len(middles), step)
        )
    )


def _cuts(edges: Doubles, left: float, right: float) -> Doubles:
    """Where strips begin and end."""
    crossings = crossing_xs(edges)
    if crossings is not None:
        cuts = np.unique(np.concatenate((edges[:, 0], edges[:, 2], crossings)))
        cuts = cuts[(cuts >= left) & (cuts <= right)]
        meetings = (np.searchsorted(cuts, edges[:, 2]) - np.searchsorted(cuts, edges[:, 0])).sum()
        if meetings <= _MOST_MEETINGS:
            return cuts
    return np.linspace(left, right, _EVEN_STRIPS + 1)


def _covered(parts: Sequence[Sequence[Doubles]], at: Doubles) -> Doubles:
    """Along each of the vertical lines: the length (L,) where every polygon has one of its parts."""
    lines, ys, whose, steps = [], [], [], []
    for polygon, owned in enumerate(parts):
        for edges in owned:
            line, top, bottom = line_spans(edges, at)
            lines.append(np.concatenate((line, line)))
            ys.append(np.concatenate((top, bottom)))
            steps.append(np.repeat((1, -1), len(line)))
            whose.append(np.full(2 * len(line), polygon))
    line, y, step, owner = (np.concatenate(each) for each in (lines, ys, steps, whose))
    order = np.lexsort((y, line))
    line, y, step, owner = line[order], y[order], step[order], owner[order]
    inside = np.ones(max(len(line) - 1, 0), np.bool_)
    for polygon in range(len(parts)):
        inside &= np.cumsum(np.where(owner == polygon, step, 0))[:-1] > 0
    lengths = np.where(inside, np.diff(y), 0.0)
    along = np.zeros(len(at))
    np.add.at(along, line[: len(lengths)], lengths)
    return along

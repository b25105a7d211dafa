"""Polygons met by vertical lines: the one place that says what lies inside of a polygon.

Even-odd within a part. An edge from x0 to x1 meets the lines with x0 <= x < x1, and a line is inside of the part from
one meeting to the next, with the upper end and without the lower. So parts that share an edge never share a point of
it: the meeting is computed the same way whichever of them the edge belongs to.
"""

from __future__ import annotations

import numpy as np

from labelgraft.domain.arrays import Doubles, Ints
from labelgraft.domain.shapes.polygon import Part, Polygon


def edges_of(part: Part) -> Doubles:
    """All edges of the outline and the holes: (E, 4) x0, y0, x1, y1 with x0 <= x1."""
    rings = [
        np.concatenate((ring, np.roll(ring, -1, axis=0)), axis=1) for ring in (part.outline, *part.holes)
    ]
    edges: Doubles = np.concatenate(rings)
    backwards = edges[:, 0] > edges[:, 2]
    edges[backwards] = edges[backwards][:, [2, 3, 0, 1]]
    return edges


def polygon_edges(polygon: Polygon) -> Doubles:
    """The edges of all parts, as edges_of gives them."""
    return np.concatenate([edges_of(part) for part in polygon.parts])


def line_spans(edges: Doubles, at: Doubles) -> tuple[Ints, Doubles, Doubles]:
    """Where vertical lines are inside of a part.

    edges: (E, 4) of edges_of. at: (L,) x of the lines, ascending. Returns for S spans, line by line and downwards: the
    index of the line (S,), the upper y (S,) and the lower y (S,). Time and memory O(M log M) for M meetings.
    """
    x0, y0, x1, y1 = edges.T
    first = np.searchsorted(at, x0)
    meetings = np.searchsorted(at, x1) - first
    edge = np.repeat(np.arange(len(edges)), meetings)
    line = np.arange(len(edge)) - np.repeat(np.cumsum(meetings) - meetings - first, meetings)
    share = (at[line] - x0[edge]) / (x1 - x0)[edge]  # first divided: a slope could overflow
    y = y0[edge] + share * (y1 - y0)[edge]
    order = np.lexsort((y, line))
    y, line = y[order], line[order]
    return line[0::2], y[0::2], y[1::2]

"""Rings that cross themselves and each other, as parts whose rings do not."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from labelgraft.domain.arrays import Bools, Doubles, Ints
from labelgraft.domain.shapes.crossings import close_pairs, meeting
from labelgraft.domain.shapes.nesting import in_parts, signed_area
from labelgraft.domain.shapes.polygon import Part

MOST_CROSSINGS = 100_000
_SAME_PX = 2.0**-16
"""Points nearer than about this are one."""
_ROUNDS = 8
_LEAST_AREA = 1e-9


def untangled(rings: Sequence[Doubles]) -> list[Part] | None:
    """What the rings together cover, even-odd, as parts with holes; empty where that is nothing.

    No two edges of the result cross or lie on each other; rings may touch at a vertex. Vertices that stay are not moved,
    and none lies farther out than before. None where there are more than MOST_CROSSINGS, or no end is found.
    O(E log E + pairs of edges that overlap along x).
    """
    points = np.concatenate(rings)
    after = np.concatenate([np.roll(np.arange(len(ring)), -1) + begin for begin, ring in _begins(rings)])
    numbers, places = _merged(points)
    edges = np.stack((numbers, numbers[after]), axis=1)
    for _ in range(_ROUNDS):
        edges = _odd(edges)
        cuts = _cuts(edges, places)
        if cuts is None:
            return None
        if not len(cuts[0]):
            return _in_parts(_simple_loops(edges, places), places)
        edges, places = _split(edges, places, *cuts)
    return None


def _begins(rings: Sequence[Doubles]) -> list[tuple[int, Doubles]]:
    ends = np.cumsum([len(ring) for ring in rings]).tolist()
    return [(end - len(ring), ring) for end, ring in zip(ends, rings, strict=True)]


def _merged(points: Doubles) -> tuple[Ints, Doubles]:
    """A number for each point, the same for points that are the same, and where each number lies."""
    cells = np.round(points / _SAME_PX)
    _, first, numbers = np.unique(cells, axis=0, return_index=True, return_inverse=True)
    return numbers.reshape(-1), points[first]


def _odd(edges: Ints) -> Ints:
    """Each edge once, without those that are there an even number of times: between them is nothing."""
    edges = np.sort(edges[edges[:, 0] != edges[:, 1]], axis=1)
    found, times = np.unique(edges, axis=0, return_counts=True)
    odd: Ints = found[times % 2 == 1]
    return odd


def _cuts(edges: Ints, places: Doubles) -> tuple[Ints, Doubles] | None:
    """Edges to be cut, and the points (K, 2) to cut them at; None for too many."""
    if not len(edges):
        return np.empty(0, np.int64), np.empty((0, 2))
    flat = np.concatenate((places[edges[:, 0]], places[edges[:, 1]]), axis=1)  # merged numbers ascend along x
    backwards = flat[:, 0] > flat[:, 2]
    flat[backwards] = flat[backwards][:, [2, 3, 0, 1]]
    cut, at, total = [], [], 0
    for one, other in close_pairs(flat):
        for edge, point in (*_through(flat, edges, one, other), *_touching(flat, edges, places, one, other)):
            cut.append(edge)
            at.append(point)
            total += len(edge)
        if total > MOST_CROSSINGS:
            return None
    return np.concatenate(cut), np.concatenate(at)


def _through(flat: Doubles, edges: Ints, one: Ints, other: Ints) -> list[tuple[Ints, Doubles]]:
    """Where two edges cross inside of both."""
    apart = (edges[one][:, :, None] != edges[other][:, None, :]).all(axis=(1, 2))
    one, other = one[apart], other[apart]
    t, u = meeting(flat, one, other)
    crosses = (t > 0) & (t < 1) & (u > 0) & (u < 1)
    one, other, share = one[crosses], other[crosses], t[crosses][:, None]
    point = flat[one, :2] + share * (flat[one, 2:] - flat[one, :2])
    found = []
    for edge in (one, other):
        inner = _away_from_ends(flat, edge, point)
        found.append((edge[inner], point[inner]))
    return found


def _touching(
    flat: Doubles, edges: Ints, places: Doubles, one: Ints, other: Ints
) -> list[tuple[Ints, Doubles]]:
    """Where an end of one edge lies on the other."""
    found = []
    for edge, with_ends in ((one, other), (other, one)):
        for side in (0, 1):
            point = places[edges[with_ends, side]]
            start, way = flat[edge, :2], flat[edge, 2:] - flat[edge, :2]
            length = np.hypot(way[:, 0], way[:, 1])
            away = point - start
            off = np.abs(way[:, 0] * away[:, 1] - way[:, 1] * away[:, 0])
            along = (way * away).sum(axis=1)
            on = (off < _SAME_PX / 4 * length) & (along > 0) & (along < length**2)
            on &= _away_from_ends(flat, edge, point)
            found.append((edge[on], point[on]))
    return found


def _away_from_ends(flat: Doubles, edge: Ints, point: Doubles) -> Bools:
    """Whether a cut there makes two edges; a point that is one with an end does not."""
    cell = np.round(point / _SAME_PX)
    starts, ends = np.round(flat[edge, :2] / _SAME_PX), np.round(flat[edge, 2:] / _SAME_PX)
    inner: Bools = (cell != starts).any(axis=1) & (cell != ends).any(axis=1)
    return inner


def _split(edges: Ints, places: Doubles, cut: Ints, at: Doubles) -> tuple[Ints, Doubles]:
    numbers, merged = _merged(np.concatenate((places, at)))
    edges = numbers[edges]
    stops = np.concatenate((cut, np.arange(len(edges)), np.arange(len(edges))))
    whose = np.concatenate((numbers[len(places) :], edges[:, 0], edges[:, 1]))
    start = merged[edges[:, 0]]
    way = merged[edges[:, 1]] - start
    along = ((merged[whose] - start[stops]) * way[stops]).sum(axis=1)
    order = np.lexsort((along, stops))
    stops, whose = stops[order], whose[order]
    same = stops[1:] == stops[:-1]
    return np.stack((whose[:-1][same], whose[1:][same]), axis=1), merged


def _simple_loops(edges: Ints, places: Doubles) -> list[Ints]:
    """Closed ways over all edges, each edge once, no vertex twice in a way, none crossing another.

    Around a vertex inside and outside take turns, so joining neighbours in angle two by two crosses nothing.
    """
    from_vertex, to_vertex = edges.reshape(-1), edges[:, ::-1].reshape(-1)
    way = places[to_vertex] - places[from_vertex]
    order = np.lexsort((np.arctan2(way[:, 1], way[:, 0]), from_vertex))
    partner = np.empty_like(order)
    partner[order[0::2]], partner[order[1::2]] = order[1::2], order[0::2]
    following, vertex = (partner ^ 1).tolist(), from_vertex.tolist()
    seen = bytearray(len(edges))
    loops: list[Ints] = []
    for first in range(0, len(following), 2):
        path: list[int] = []
        on_path: dict[int, int] = {}
        end = first
        while not seen[end // 2]:
            seen[end // 2] = 1
            _step(path, on_path, vertex[end], loops)
            end = following[end]
        if len(path) > 2:
            loops.append(np.array(path))
    return loops


def _step(path: list[int], on_path: dict[int, int], vertex: int, loops: list[Ints]) -> None:
    """One vertex further; a way that comes back to a vertex is cut off there as a loop of its own."""
    if vertex in on_path:
        begin = on_path[vertex]
        if len(path) - begin > 2:
            loops.append(np.array(path[begin:]))
        for left in path[begin:]:
            del on_path[left]
        del path[begin:]
    on_path[vertex] = len(path)
    path.append(vertex)


def _in_parts(loops: Sequence[Ints], places: Doubles) -> list[Part]:
    rings = [ring for ring in (_without_straight_vertices(places[loop]) for loop in loops) if len(ring) > 2]
    rings = [ring for ring in rings if abs(signed_area(ring)) > _LEAST_AREA]
    return in_parts(rings)


def _without_straight_vertices(ring: Doubles) -> Doubles:
    """Without vertices that lie exactly on the way from the one before to the one after."""
    before, after = ring - np.roll(ring, 1, axis=0), np.roll(ring, -1, axis=0) - ring
    turns = before[:, 0] * after[:, 1] != before[:, 1] * after[:, 0]
    corners: Doubles = ring[turns]
    return corners

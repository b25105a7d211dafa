"""Edges that meet: found by sorting along x, so that a smooth outline of thousands of vertices costs milliseconds."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from labelgraft.domain.arrays import Doubles, Ints

_BLOCK = 1 << 18
MOST_CROSSINGS = 1_000_000


def close_pairs(edges: Doubles) -> Iterator[tuple[Ints, Ints]]:
    """Pairs of edges whose bounding boxes touch, each once, in blocks: two (P,) arrays of indexes.

    edges: (E, 4) x0, y0, x1, y1 with x0 <= x1. O(E log E + pairs that overlap along x), at worst E^2 / 2 (a comb).
    """
    order = np.argsort(edges[:, 0], kind="stable")
    left, right = edges[order, 0], edges[order, 2]
    low = np.minimum(edges[order, 1], edges[order, 3])
    high = np.maximum(edges[order, 1], edges[order, 3])
    after = np.arange(1, len(edges) + 1)
    counts = np.searchsorted(left, right, side="right") - after
    ends = np.cumsum(counts)
    begin = 0
    while begin < len(edges):
        done = int(ends[begin - 1]) if begin else 0
        end = max(begin + 1, int(np.searchsorted(ends, done + _BLOCK)))
        block = counts[begin:end]
        first = np.repeat(np.arange(begin, begin + len(block)), block)
        skipped = np.cumsum(block) - block
        second = first + 1 + np.arange(len(first)) - np.repeat(skipped, block)
        near = (low[first] <= high[second]) & (low[second] <= high[first])
        yield order[first[near]], order[second[near]]
        begin = end


def meeting(edges: Doubles, one: Ints, other: Ints) -> tuple[Doubles, Doubles]:
    """Where the lines through two edges meet: shares of the way along each, (P,) and (P,), NaN where they are parallel."""
    a, b = edges[one], edges[other]
    ax, ay = a[:, 2] - a[:, 0], a[:, 3] - a[:, 1]
    bx, by = b[:, 2] - b[:, 0], b[:, 3] - b[:, 1]
    dx, dy = b[:, 0] - a[:, 0], b[:, 1] - a[:, 1]
    turn = ax * by - ay * bx
    with np.errstate(divide="ignore", invalid="ignore", over="ignore"):
        parallel = turn == 0
        along_one = np.where(parallel, np.nan, (dx * by - dy * bx) / turn)
        along_other = np.where(parallel, np.nan, (dx * ay - dy * ax) / turn)
    return along_one, along_other


def _without_common_end(edges: Doubles, one: Ints, other: Ints) -> tuple[Ints, Ints]:
    """Pairs that can cross; for neighbours in a ring rounding would sometimes say that they do."""
    a, b = edges[one], edges[other]
    common = np.zeros(len(one), np.bool_)
    for ours in (slice(0, 2), slice(2, 4)):
        for theirs in (slice(0, 2), slice(2, 4)):
            common |= (a[:, ours] == b[:, theirs]).all(axis=1)
    return one[~common], other[~common]


def crossing_xs(edges: Doubles) -> Doubles | None:
    """x of all points where two edges cross inside of both, in no order; None where there are more than MOST_CROSSINGS.

    edges: as in close_pairs.
    """
    found = [np.empty(0)]
    count = 0
    for xs in _crossings(edges):
        found.append(xs)
        count += len(xs)
        if count > MOST_CROSSINGS:
            return None
    return np.concatenate(found)


def do_cross(edges: Doubles) -> bool:
    """Whether any two edges cross inside of both; edges: as in close_pairs."""
    return any(len(xs) > 0 for xs in _crossings(edges))


def _crossings(edges: Doubles) -> Iterator[Doubles]:
    for one, other in close_pairs(edges):
        one, other = _without_common_end(edges, one, other)
        t, u = meeting(edges, one, other)
        crosses = (t > 0) & (t < 1) & (u > 0) & (u < 1)
        start = edges[one[crosses]]
        yield start[:, 0] + t[crosses] * (start[:, 2] - start[:, 0])

"""Compiled inner loops of the neighbour search; importing this file loads numba.

The compiled code is cached on disk, so that only the first search on a machine waits for the compiler.
Each row is worked on by one thread alone: the result does not depend on the number of threads.
"""

from __future__ import annotations

import numba
import numpy as np

from labelgraft.domain.arrays import Floats, Ints

STRIP = 64
"""Scores looked at in one go: their maximum is found by vector instructions and mostly rules them all out."""
NEVER = np.float32(-3.0e38)
"""Below any score. Not -inf: fast floating-point mathematics may assume that there is none."""


@numba.njit(parallel=True, fastmath=True, cache=True)  # type: ignore[untyped-decorator]
def select_highest(scores: Floats, first: int, indices: Ints, best: Floats) -> None:
    """Write the k highest scores of each row and their columns, highest first, of equals the lower column.

    scores: (B, N) of images first to first + B - 1 against all N, spoilt by the call: an image's own score
    is overwritten. indices, best: (N, k), rows first to first + B - 1 are filled.
    """
    columns = scores.shape[1]
    k = indices.shape[1]
    for row in numba.prange(scores.shape[0]):
        values = scores[row]
        values[first + row] = NEVER
        top = np.full(k, NEVER)
        where = np.zeros(k, np.int64)
        worst = top[k - 1]
        for start in range(0, columns, STRIP):
            end = min(columns, start + STRIP)
            highest = values[start]
            for column in range(start + 1, end):
                highest = max(highest, values[column])
            if highest <= worst:
                continue
            for column in range(start, end):
                value = values[column]
                if value > worst:
                    place = k - 1
                    while place > 0 and top[place - 1] < value:
                        top[place] = top[place - 1]
                        where[place] = where[place - 1]
                        place -= 1
                    top[place] = value
                    where[place] = column
                    worst = top[k - 1]
        indices[first + row] = where
        best[first + row] = top


@numba.njit(parallel=True, fastmath=True, cache=True)  # type: ignore[untyped-decorator]
def rank_candidates(unit: Floats, candidates: Ints, indices: Ints, best: Floats) -> None:
    """Keep, of each image's candidates, the k with the highest dot product in the full width.

    unit: (N, D). candidates: (N, C), C >= k. indices, best: (N, k), filled, highest first.
    """
    k = indices.shape[1]
    for row in numba.prange(candidates.shape[0]):
        dots = np.empty(candidates.shape[1], np.float32)
        for place in range(candidates.shape[1]):
            other = candidates[row, place]
            total = np.float32(0.0)
            for axis in range(unit.shape[1]):
                total += unit[row, axis] * unit[other, axis]
            dots[place] = total
        order = np.argsort(-dots)
        for place in range(k):
            indices[row, place] = candidates[row, order[place]]
            best[row, place] = dots[order[place]]

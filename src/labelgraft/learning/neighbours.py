"""The k images most like each image, by cosine, over a whole embedding."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from labelgraft.domain.arrays import Floats, Ints
from labelgraft.errors import BadSetting
from labelgraft.learning.directions import main_directions, sample_rows, unit_rows

WIDE = 128
"""Up to this width every pair is compared in full; beyond it, and with many images, candidates come first."""
MANY = 4_000
CANDIDATE_WIDTH = 128
CANDIDATES_PER_NEIGHBOUR = 4
BASIS_ROWS = 5_000
BLOCK_BYTES = 48_000_000


@dataclass(frozen=True, slots=True)
class Neighbours:
    """Each image's nearest others, nearest first; an image is never its own neighbour.

    indices: (N, k) int64, rows of the embedding. distances: (N, k) float32, 1 - cosine, in [0, 2].
    """

    indices: Ints
    distances: Floats


def nearest_neighbours(embedding: Floats, *, k: int = 15) -> Neighbours:
    """The k nearest neighbours of every image by cosine.

    N images, D numbers each. Exact for D <= 128 or N <= 4,000. Above, 4 k candidates per image are found
    in the 128 main directions and ranked by the full cosine: 0.991 of the true neighbours on 20,000 x 1,280
    (efficientnet-lite0 on photos and between them), in 0.3 of the time.

    Args:
        embedding: (N, D) float32, any length of row; a row of zeros is equally far from all.
        k: >= 1; with N <= k every other image is a neighbour, and k becomes N - 1.
    Raises: ShapeMismatch if not two-dimensional; BadInput for NaN or infinite values; BadSetting for k < 1.
    """
    if k < 1:
        raise BadSetting(f"k is {k}, expected at least 1 neighbour.")
    unit = unit_rows(embedding)
    k = min(k, max(len(unit) - 1, 0))
    if k == 0:
        return Neighbours(np.zeros((len(unit), 0), np.int64), np.zeros((len(unit), 0), np.float32))
    wanted = CANDIDATES_PER_NEIGHBOUR * k
    if unit.shape[1] <= WIDE or len(unit) <= max(MANY, 2 * wanted):
        indices, cosines = _highest_dots(unit, k)
    else:
        candidates, _ = _highest_dots(_main_directions(unit), wanted)
        indices, cosines = _ranked_in_full(unit, candidates, k)
    return Neighbours(indices, np.clip(1.0 - cosines, 0.0, 2.0).astype(np.float32))


def _highest_dots(rows: Floats, k: int) -> tuple[Ints, Floats]:
    """Of each row the k others with the highest dot product, block by block to bound the memory."""
    import torch

    from labelgraft.learning.neighbour_kernels import select_highest

    count = len(rows)
    indices = np.empty((count, k), np.int64)
    best = np.empty((count, k), np.float32)
    block = min(max(BLOCK_BYTES // (4 * count), 32), 1024, count)
    scores = torch.empty((block, count))
    with torch.inference_mode():
        against = torch.from_numpy(rows)
        for first in range(0, count, block):
            part = scores[: min(block, count - first)]
            torch.matmul(against[first : first + block], against.T, out=part)
            select_highest(part.numpy(), first, indices, best)
    return indices, best


def _main_directions(unit: Floats) -> Floats:
    """(N, 128): the rows in the directions that keep most of their dot products; not centred, as cosines."""
    directions = main_directions(sample_rows(unit, BASIS_ROWS), CANDIDATE_WIDTH, rounds=3)
    return unit @ directions


def _ranked_in_full(unit: Floats, candidates: Ints, k: int) -> tuple[Ints, Floats]:
    from labelgraft.learning.neighbour_kernels import rank_candidates

    indices = np.empty((len(unit), k), np.int64)
    best = np.empty((len(unit), k), np.float32)
    rank_candidates(unit, candidates, indices, best)
    return indices, best

"""Near-duplicates: images so alike that one must not be tested on while the other is trained on.

N images, D numbers per embedding. Two images belong together if their embeddings are closer than a threshold
taken from the set's own nearest-neighbour cosines, or if their files are equal.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from labelgraft.domain.arrays import Floats, Ints
from labelgraft.errors import ShapeMismatch
from labelgraft.learning.directions import unit_rows

LOWEST_THRESHOLD, HIGHEST_THRESHOLD = 0.90, 0.995
"""Bounds of the cosine of a near-duplicate, for sets in which nothing looks alike or everything does."""
_BLOCK = 1024
_CLOSER_THAN_USUAL = 0.45
"""Of the usual angle to the nearest neighbour. On photos of raccoons it finds the copies that a person found
but for two crops; on cats and dogs, where nobody found any, none."""


def duplicate_groups(
    embeddings: Floats, *, content_hashes: Sequence[str] | None = None, threshold: float | None = None
) -> Ints:
    """Group of every image; near-duplicates share one, also through others between them.

    Args:
        embeddings: (N, D) float32, normalised here. Exact: N * N * D operations, in blocks.
        content_hashes: N texts; equal ones are the same file and belong together.
        threshold: cosine from which two images belong together; None: near_duplicate_threshold.
    Returns: (N,) int64, the lowest position in the group.
    Raises: ShapeMismatch.
    """
    if content_hashes is not None and len(content_hashes) != len(embeddings):
        raise ShapeMismatch(f"{len(embeddings)} embeddings and {len(content_hashes)} content hashes")
    parent = np.arange(len(embeddings), dtype=np.int64)
    unit = unit_rows(embeddings)
    if threshold is None:
        threshold = near_duplicate_threshold(_nearest_cosines(unit))
    for start in range(0, len(unit), _BLOCK):
        cosine = unit[start : start + _BLOCK] @ unit[start:].T
        first, second = np.nonzero(cosine >= threshold)
        for one, other in zip((first + start).tolist(), (second + start).tolist(), strict=True):
            _join(parent, one, other)
    if content_hashes is not None:
        seen: dict[str, int] = {}
        for position, content_hash in enumerate(content_hashes):
            _join(parent, seen.setdefault(content_hash, position), position)
    return np.array([_root(parent, position) for position in range(len(parent))], np.int64)


def near_duplicate_threshold(nearest: Floats) -> float:
    """The cosine above which a nearest neighbour is no longer just alike.

    That is where it is less than half as far away, as an angle, as nearest neighbours in this set mostly are:
    copies are few, so they do not move the median.

    Args:
        nearest: (N,) cosine of each image to its nearest other image.
    Returns: a cosine, 0.90 to 0.995; the highest with fewer than 10 images.
    """
    if len(nearest) < 10:
        return HIGHEST_THRESHOLD
    angle = np.arccos(np.clip(nearest.astype(np.float64), -1, 1))
    limit = _CLOSER_THAN_USUAL * float(np.median(angle))
    return float(np.clip(np.cos(limit), LOWEST_THRESHOLD, HIGHEST_THRESHOLD))


def _nearest_cosines(unit: Floats) -> Floats:
    nearest = np.empty(len(unit), np.float32)
    for start in range(0, len(unit), _BLOCK):
        cosine = unit[start : start + _BLOCK] @ unit.T
        rows = np.arange(len(cosine))
        cosine[rows, start + rows] = -1
        nearest[start : start + _BLOCK] = cosine.max(axis=1)
    return nearest


def _join(parent: Ints, one: int, other: int) -> None:
    first, second = _root(parent, one), _root(parent, other)
    parent[max(first, second)] = min(first, second)


def _root(parent: Ints, position: int) -> int:
    while parent[position] != position:
        parent[position] = parent[parent[position]]
        position = int(parent[position])
    return position

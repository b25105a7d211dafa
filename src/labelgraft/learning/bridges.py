"""Bridges: images whose nearest neighbours are split between two islands.

Such images are where one class goes over into another, or where an image shows both: labelling a bridge tells a model
more than labelling the middle of an island. They are found in the embedding, not on the map: a layout draws an image to
one side and hides that it belongs to both.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from labelgraft.domain.arrays import Floats, Ints
from labelgraft.errors import ShapeMismatch
from labelgraft.learning.neighbours import nearest_neighbours

NEIGHBOURS = 15
LEAST_SHARE = 1 / 3
"""Of an image's neighbours that the lesser of the two islands must hold."""
FEWEST = 3
"""A bridge of fewer images is chance."""


@dataclass(frozen=True, slots=True)
class BridgeRows:
    """One bridge: islands first < second, and its rows of the embedding, the most evenly split first.

    shares: (M,) float32 of each row's neighbours in the lesser of its two islands, 1/3 to 1/2.
    """

    first: int
    second: int
    rows: Ints
    shares: Floats


def find_bridges(embedding: Floats, islands: Ints, *, k: int = NEIGHBOURS) -> tuple[BridgeRows, ...]:
    """Every bridge of at least 3 images, the largest first.

    Args:
        embedding: (N, D) float32. islands: (N,) int64, -1 for none.
    Raises: ShapeMismatch; BadInput for NaN or infinite values.
    """
    if len(embedding) != len(islands):
        raise ShapeMismatch(
            f"embedding has {len(embedding)} rows, islands {len(islands)}; expected the same."
        )
    if len(embedding) < 2 or len(np.unique(islands[islands >= 0])) < 2:
        return ()
    return bridges_between(nearest_neighbours(embedding, k=k).indices, islands)


def bridges_between(neighbours: Ints, islands: Ints) -> tuple[BridgeRows, ...]:
    """The bridges that (N, k) neighbours tell; see find_bridges."""
    first, second, share = _two_islands(neighbours, islands)
    split = np.flatnonzero(share >= LEAST_SHARE)
    pairs = np.stack([np.minimum(first[split], second[split]), np.maximum(first[split], second[split])], 1)
    found = list(_grouped(pairs, split, share))
    return tuple(sorted(found, key=lambda bridge: (-len(bridge.rows), bridge.first, bridge.second)))


def _two_islands(neighbours: Ints, islands: Ints) -> tuple[Ints, Ints, Floats]:
    """(N,) the two islands that most neighbours lie in, and the share of neighbours in the lesser one."""
    count, k = neighbours.shape
    rows = np.arange(count)
    held = np.zeros((count, int(islands.max(initial=-1)) + 2), np.int16)
    for column in range(k):
        held[rows, islands[neighbours[:, column]]] += 1  # none, -1, is counted in the last column
    held[:, -1] = 0
    first = held.argmax(axis=1)
    held[rows, first] = -1
    second = held.argmax(axis=1)
    share = np.maximum(held[rows, second], 0) / max(k, 1)
    return first.astype(np.int64), second.astype(np.int64), share.astype(np.float32)


def _grouped(pairs: Ints, rows: Ints, share: Floats) -> Iterator[BridgeRows]:
    """Rows of the same pair of islands together, where there are enough of them."""
    for pair in np.unique(pairs, axis=0):
        member = rows[(pairs == pair).all(axis=1)]
        if len(member) >= FEWEST:
            ordered = member[np.argsort(-share[member], kind="stable")]
            yield BridgeRows(int(pair[0]), int(pair[1]), ordered.astype(np.int64), share[ordered])

"""What can be told of a round from its embedding alone: one call for the compute process."""

from __future__ import annotations

from dataclasses import dataclass

from labelgraft.domain.arrays import Floats, Ints
from labelgraft.learning.bridges import BridgeRows, find_bridges
from labelgraft.learning.odd_ones import oddness


@dataclass(frozen=True, slots=True)
class MapFacts:
    """oddness: (N,) float32 of odd_ones.oddness. bridges: of bridges.find_bridges."""

    oddness: Floats
    bridges: tuple[BridgeRows, ...]


def examine(embedding: Floats, islands: Ints) -> MapFacts:
    """Oddness and bridges of (N, D) rows with their (N,) islands. Raises ShapeMismatch, BadInput."""
    return MapFacts(oddness(embedding, islands), find_bridges(embedding, islands))

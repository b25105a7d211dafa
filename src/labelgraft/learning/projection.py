"""The layout of an embedding as a map: the first round, and each next one from the places already known.

The neighbours are our own; umap-learn turns them into a weighted graph and lays that out. Its own start is
not used: it stretches each axis by itself to a fixed length, which would move every image of a known map.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from scipy.sparse import csr_array

from labelgraft.domain.arrays import Floats
from labelgraft.errors import ShapeMismatch
from labelgraft.learning.layout_engine import curve, fuzzy_graph, optimise
from labelgraft.learning.neighbours import MANY, WIDE, Neighbours, nearest_neighbours
from labelgraft.learning.placement import balanced_scale, starting_places
from labelgraft.learning.principal import preview
from labelgraft.learning.registration import median_move, register, to_frame

SMALLEST_LAYOUT = 15
"""Below, there is no neighbourhood to speak of, and the two main directions show more."""
NEIGHBOURS = 14
FIRST_RADIUS = 10.0
FARTHEST_START = 2.0
JITTER = 1e-3
"""In radii. Points at exactly one place would never part: a force needs a direction."""
FIRST_RATE, NEXT_RATE = 1.0, 0.1

Progress = Callable[[float, str], None]
"""Called with the share done, 0 to 1, and what is done now."""


@dataclass(frozen=True, slots=True)
class Layout:
    """A round of the map before it has a number.

    xy: (N, 2) float32 in the map's frame. neighbours: those laid out (empty for small sets).
    median_move: against the places given, in radii; None where none were given. method: in words.
    """

    xy: Floats
    neighbours: Neighbours
    method: str
    epochs: int
    median_move: float | None


def first_round(embedding: Floats, *, seed: int = 0, progress: Progress | None = None) -> Layout:
    """Lay out an embedding from nothing; also to re-arrange a map.

    N images, D numbers each. The start is the preview; below 15 images it is also the result.

    Args:
        embedding: (N, D) float32, compared by cosine.
        seed: the same seed, embedding and versions give the same map on the same machine.
    Raises: ShapeMismatch if not two-dimensional; BadInput for NaN or infinite values.
    """
    tell = progress or _silent
    if len(embedding) < SMALLEST_LAYOUT:
        return Layout(preview(embedding), _no_neighbours(len(embedding)), "principal directions", 0, None)
    graph, neighbours = _graph(embedding, tell)
    rng = np.random.default_rng(seed)
    start = preview(embedding)
    distance = np.linalg.norm(start, axis=1, keepdims=True)
    start = FIRST_RADIUS * start * np.minimum(1.0, FARTHEST_START / np.maximum(distance, 1e-9))
    tell(0.2, "laying out")
    epochs = first_epochs(len(embedding))
    xy = optimise(graph, _jittered(start, FIRST_RADIUS, rng), epochs=epochs, rate=FIRST_RATE, seed=seed)
    tell(1.0, "laid out")
    return Layout(to_frame(xy), neighbours, "umap from principal directions", epochs, None)


def next_round(
    embedding: Floats, places: Floats, *, seed: int = 0, progress: Progress | None = None
) -> Layout:
    """Lay out a changed embedding from the places of the last round, and register it to them.

    Gentle (a tenth of the learning rate): on photos and emoji this kept the kNN purity and neighbours of a
    layout from nothing, and moved the images three to twelve times less. Where fewer than half of the images
    have a place, the full rate and number of epochs are used, still from the places.

    Args:
        embedding: (N, D) float32.
        places: (N, 2) float32 of the last round, row by row; NaN for images without a place.
        seed, progress: as for `first_round`.
    Raises: ShapeMismatch if the rows do not fit; BadInput for NaN or infinite values in the embedding.
    """
    if places.shape != (len(embedding), 2):
        raise ShapeMismatch(
            f"places has shape {places.shape}, expected ({len(embedding)}, 2): one per image."
        )
    placed = np.isfinite(places).all(axis=1)
    if not placed.any():
        return first_round(embedding, seed=seed, progress=progress)
    tell = progress or _silent
    if len(embedding) < SMALLEST_LAYOUT:
        return _registered(
            preview(embedding), places, _no_neighbours(len(embedding)), "principal directions", 0
        )
    graph, neighbours = _graph(embedding, tell)
    rng = np.random.default_rng(seed)
    start = starting_places(graph, places)
    a, b = curve()
    scale = balanced_scale(graph, start, a=a, b=b, rng=rng)
    known = placed.mean() >= 0.5
    epochs = next_epochs(len(embedding)) if known else first_epochs(len(embedding))
    tell(0.3, "laying out")
    moved = _jittered(start * scale, scale, rng)
    xy = optimise(graph, moved, epochs=epochs, rate=NEXT_RATE if known else FIRST_RATE, seed=seed)
    tell(1.0, "laid out")
    return _registered(xy, places, neighbours, "umap from the last places", epochs)


def warm_up() -> None:
    """Load and compile all that maps need, so that the first one does not wait: 3 s, once per machine 25 s."""
    rng = np.random.default_rng(0)
    embedding = rng.normal(size=(3 * SMALLEST_LAYOUT, 8)).astype(np.float32)
    next_round(embedding, first_round(embedding).xy)
    nearest_neighbours(rng.normal(size=(MANY + 1, WIDE + 1)).astype(np.float32))


def first_epochs(count: int) -> int:
    """300 up to 10,000 images, then fewer, to 80: about the same work for each set; 20,000 in < 10 s."""
    return int(np.clip(3_000_000 // max(count, 1), 80, 300))


def next_epochs(count: int) -> int:
    """100 up to 10,000 images, then fewer, to 25."""
    return int(np.clip(1_000_000 // max(count, 1), 25, 100))


def _graph(embedding: Floats, tell: Progress) -> tuple[csr_array, Neighbours]:
    tell(0.0, "finding neighbours")
    # Half of the images as neighbours would make one ball of a small set.
    neighbours = nearest_neighbours(embedding, k=min(NEIGHBOURS, max(3, len(embedding) // 4)))
    return fuzzy_graph(neighbours), neighbours


def _jittered(start: Floats, radius: float, rng: np.random.Generator) -> Floats:
    jittered: Floats = (start + rng.normal(scale=JITTER * radius, size=start.shape)).astype(np.float32)
    return jittered


def _registered(xy: Floats, places: Floats, neighbours: Neighbours, method: str, epochs: int) -> Layout:
    placed = np.isfinite(places).all(axis=1)
    framed = register(xy[placed], places[placed]).apply(xy)
    move = median_move(framed[placed], places[placed])
    return Layout(framed, neighbours, method, epochs, move)


def _no_neighbours(count: int) -> Neighbours:
    return Neighbours(np.zeros((count, 0), np.int64), np.zeros((count, 0), np.float32))


def _silent(share: float, doing: str) -> None:
    """For callers who do not want to know."""

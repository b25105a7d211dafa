"""The instant map: two principal directions of the embedding, long before the layout is ready."""

from __future__ import annotations

import numpy as np

from labelgraft.domain.arrays import Doubles, Floats
from labelgraft.learning.neighbours import unit_rows
from labelgraft.learning.registration import to_frame

BASIS_ROWS = 4_000
GOLDEN_ANGLE = float(np.pi * (3.0 - np.sqrt(5.0)))


def preview(embedding: Floats) -> Floats:
    """(N, 2) float32 in the map's frame: the rows, brought to unit length, in their two main directions.

    The directions come from at most 4,000 rows taken at equal steps; of each, the entry largest in size is
    positive, so that the same embedding always gives the same picture, never its mirror image. Images that
    cannot be told apart are spread over a disc when the whole set is such, else they share their place.

    Args:
        embedding: (N, D), N >= 0, D >= 0.
    Raises: ShapeMismatch if not two-dimensional; BadInput for NaN or infinite values.
    """
    unit = unit_rows(embedding)
    scores = np.zeros((len(unit), 2), np.float32)
    if unit.size:
        sample = unit[:: -(-len(unit) // BASIS_ROWS)]
        mean = sample.mean(axis=0)
        directions = _main_directions(sample - mean)
        scores[:, : directions.shape[1]] = (unit - mean) @ directions.astype(np.float32)
    framed = to_frame(scores)
    return framed if len(unit) < 2 or framed.any() else sunflower(len(unit))


def sunflower(count: int) -> Floats:
    """(count, 2) float32: points spread evenly over the disc of radius 1, as the seeds of a sunflower."""
    step = np.arange(count)
    distance = np.sqrt((step + 0.5) / max(count, 1))
    spread: Floats = np.stack(
        [distance * np.cos(step * GOLDEN_ANGLE), distance * np.sin(step * GOLDEN_ANGLE)], 1
    )
    return spread.astype(np.float32)


def _main_directions(centred: Floats) -> Doubles:
    """(D, 1 or 2): directions of most variance, widest first; from the smaller of the two products."""
    from scipy.linalg import eigh

    wide = centred.shape[1] > len(centred)
    product = (centred @ centred.T if wide else centred.T @ centred).astype(np.float64)
    size = len(product)
    _, vectors = eigh(product, subset_by_index=(max(size - 2, 0), size - 1))
    directions: Doubles = vectors[:, ::-1]
    if wide:
        directions = centred.T.astype(np.float64) @ directions
        directions = directions / np.maximum(np.linalg.norm(directions, axis=0), 1e-12)
    largest = directions[np.abs(directions).argmax(axis=0), np.arange(directions.shape[1])]
    return directions * np.where(largest < 0, -1.0, 1.0)

"""The instant map: two principal directions of the embedding, long before the layout is ready."""

from __future__ import annotations

import numpy as np

from labelgraft.domain.arrays import Floats
from labelgraft.learning.directions import main_directions, sample_rows, unit_rows
from labelgraft.learning.one_core import one_core
from labelgraft.learning.registration import to_frame

BASIS_ROWS = 4_000
GOLDEN_ANGLE = float(np.pi * (3.0 - np.sqrt(5.0)))


def preview(embedding: Floats) -> Floats:
    """(N, 2) float32 in the map's frame: the rows, brought to unit length, in their two main directions.

    The directions come from at most 4,000 rows drawn at random; of each, the entry largest in size is
    positive, so that the same embedding always gives the same picture, never its mirror image. Images that
    cannot be told apart are spread over a disc when the whole set is such, else they share their place.

    Args:
        embedding: (N, D), N >= 0, D >= 0.
    Raises: ShapeMismatch if not two-dimensional; BadInput for NaN or infinite values.
    """
    unit = unit_rows(embedding)
    scores = np.zeros((len(unit), 2), np.float32)
    if unit.size:
        sample = sample_rows(unit, BASIS_ROWS)
        mean = sample.mean(axis=0)
        directions = main_directions(sample - mean, 2, rounds=15)
        with one_core():
            scores[:, : directions.shape[1]] = unit @ directions - mean @ directions
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

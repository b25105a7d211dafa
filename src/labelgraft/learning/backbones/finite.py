"""Refuses embeddings that hold NaN or infinity, before they reach a cache."""

from __future__ import annotations

import numpy as np

from labelgraft.domain.arrays import Floats
from labelgraft.errors import BadInput


def demand_finite(embeddings: Floats, name: str, precision: str) -> Floats:
    """The same array.

    Raises: BadInput if any number is NaN or infinite.
    """
    bad = int((~np.isfinite(embeddings)).any(axis=1).sum())
    if bad:
        advice = (
            "Use precision f32." if precision != "f32" else "The weights are damaged or of another network."
        )
        raise BadInput(
            f"Backbone {name}: {bad} of {len(embeddings)} embeddings hold NaN or infinity (precision "
            f"{precision}). They were not kept. {advice}"
        )
    return embeddings

"""Where the embeddings of a project lie: the head sees them centred and in one scale.

The centre is that of all images, not of the labelled ones: with 50 labels this alone is worth as much as the
choice of the images. Lengths are kept, they carry information: rows are not brought to unit length.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from labelgraft.domain.arrays import Floats
from labelgraft.errors import ShapeMismatch


@dataclass(frozen=True, slots=True)
class Frame:
    """Centre (D,) float32 and scale > 0 (root mean square distance from the centre) of embeddings."""

    centre: Floats
    scale: float

    @classmethod
    def of(cls, embeddings: Floats) -> Frame:
        """The frame of (N, D) float32 embeddings, best of all images of a project; N >= 1."""
        if embeddings.ndim != 2 or len(embeddings) == 0:
            raise ShapeMismatch(f"embeddings must be (N, D) with N >= 1, found the shape {embeddings.shape}")
        centre = embeddings.mean(axis=0, dtype=np.float64)
        total = float(np.einsum("nd,nd->", embeddings, embeddings, dtype=np.float64)) / len(embeddings)
        spread = total - float(centre @ centre)
        scale = float(np.sqrt(spread)) if spread > 1e-12 * max(total, 1e-30) else 1.0
        return cls(centre.astype(np.float32), scale)

    def apply(self, embeddings: Floats) -> Floats:
        """(N, D) float32: centred, mean square length 1 over the images that the frame was taken from."""
        if embeddings.ndim != 2 or embeddings.shape[1] != len(self.centre):
            raise ShapeMismatch(
                f"embeddings have the shape {embeddings.shape}, the head expects (N, {len(self.centre)}). "
                "Were they made by another backbone?"
            )
        placed: Floats = (embeddings - self.centre) / np.float32(self.scale)
        return placed

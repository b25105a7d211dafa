"""Activations of a network's frozen part in shards: one space per view, a row per image."""

from __future__ import annotations

import json
from collections.abc import Sequence

import numpy as np

from labelgraft.domain.arrays import AnyArray, Floats
from labelgraft.domain.ids import ContentHash
from labelgraft.errors import ShapeMismatch
from labelgraft.storage.embeddings import EmbeddingSpace
from labelgraft.storage.files import write_atomically

_SHAPE_FILE = "shape.json"
_SHARD_BYTES = 32_000_000
_SHARD_ROWS = 256
_LARGEST = 32_768.0
"""Where a row's largest number lies after scaling at the most; float16 ends at 65,504."""


class ActivationSpace:
    """Activations of one layer and view. The shape of one image's is recorded with the space.

    A row is kept flat in float16, divided by the power of two that stands in its last column (0 for nearly all
    networks): some activations reach 1e5, where float16 would overflow.
    """

    def __init__(self, space: EmbeddingSpace) -> None:
        self._space = space

    @property
    def shape(self) -> tuple[int, ...] | None:
        """The shape of one image's activations; None while there are none."""
        file = self._space.folder / _SHAPE_FILE
        return tuple(json.loads(file.read_text())) if file.exists() else None

    def missing(self, hashes: Sequence[ContentHash]) -> list[ContentHash]:
        """Those without activations, each once, in the order given."""
        return self._space.missing(hashes)

    def rows_per_shard(self, shape: tuple[int, ...]) -> int:
        """How many images go into one `write`, so that neither shards nor memory grow large."""
        return max(1, min(_SHARD_ROWS, _SHARD_BYTES // (2 * max(1, int(np.prod(shape))))))

    def write(self, hashes: Sequence[ContentHash], activations: AnyArray) -> None:
        """Store (n, ...) activations in the order of the hashes; those that are there already are left out.

        Raises: ShapeMismatch; BadInput if a number is not finite; WorkspaceUnwritable.
        """
        shape = tuple(activations.shape[1:])
        if self.shape not in (None, shape):
            raise ShapeMismatch(f"This space has activations of shape {self.shape}, the new ones {shape}.")
        if self.shape is None:
            text = json.dumps(shape).encode()
            write_atomically(self._space.folder / _SHAPE_FILE, lambda file: file.write(text))
        self._space.write_shard(hashes, _packed(activations.reshape(len(activations), -1)))

    def read(self, hashes: Sequence[ContentHash]) -> Floats:
        """The activations of images, (n, ...) float32 in the order given. Raises BadInput if an image has none."""
        rows = self._space.read(hashes)
        scaled: Floats = rows[:, :-1] * np.exp2(rows[:, -1:])
        return scaled.reshape(len(rows), *(self.shape or ()))


def _packed(rows: AnyArray) -> Floats:
    """(n, D + 1): the rows divided by a power of two each, and its exponent."""
    largest = np.abs(rows.astype(np.float32)).max(axis=1, initial=_LARGEST)
    exponents = np.ceil(np.log2(largest / _LARGEST))[:, None]
    packed: Floats = np.concatenate([rows / np.exp2(exponents), exponents], axis=1).astype(np.float32)
    return packed

"""The activations that one run trains on, in a memory-mapped file, and which of them are there already.

    activations-K.npy        (N, V, ...) float16, or float32 once a number does not fit into float16 (some reach 1e5)
    activations-K.known.npy  (N, V) bool, true where a row is whole on the disk

Safe to import without torch: the parent brings rows that are known from elsewhere.
"""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

import numpy as np

from labelgraft.domain.arrays import AnyArray, Bools, Floats, Ints

_FLOAT16_LIMIT = 60_000.0
_PIECE = 64
"""Images copied at a time."""


class ActivationFile:
    """values: what is there and what is not yet; known: which is which, as of the last `flush`."""

    values: AnyArray
    known: Bools

    def __init__(self, folder: Path, frozen_blocks: int, shape: tuple[int, ...]) -> None:
        """Opens the file, or makes it anew if there is none of that shape. shape: (N, V, ...)."""
        self._file = folder / f"activations-{frozen_blocks}.npy"
        self._known_file = self._file.with_suffix(".known.npy")
        self._waiting: list[tuple[Ints, Ints]] = []
        if not self._opened(shape):
            self._known_file.unlink(missing_ok=True)
            _create(self._file, np.float16, shape)
            _create(self._known_file, np.bool_, shape[:2])
            self._opened(shape)

    def put(self, images: Ints, views: Ints, rows: Floats) -> None:
        """Keeps rows (n, ...) of those images and views, both (n,); they count as known after `flush`."""
        if self.values.dtype == np.float16 and np.abs(rows).max(initial=0.0) > _FLOAT16_LIMIT:
            self._widen()
        self.values[images, views] = rows
        self._waiting.append((images, views))

    def flush(self) -> None:
        """Brings rows to the disk, then that they are known: a kill between the two costs work, never truth."""
        _sync(self.values)
        for images, views in self._waiting:
            self.known[images, views] = True
        self._waiting.clear()
        _sync(self.known)

    def delete(self) -> None:
        """Takes both files away."""
        self._known_file.unlink(missing_ok=True)
        self._file.unlink(missing_ok=True)

    def _opened(self, shape: tuple[int, ...]) -> bool:
        if not (self._file.exists() and self._known_file.exists()):
            return False
        self.values, self.known = (_mapped(file) for file in (self._file, self._known_file))
        return self.values.shape == shape and self.known.shape == shape[:2]

    def _widen(self) -> None:
        """The same rows as float32, under the same name."""
        beside = self._file.with_suffix(".part")
        wide = np.lib.format.open_memmap(beside, "w+", np.float32, self.values.shape)
        for start in range(0, len(wide), _PIECE):
            wide[start : start + _PIECE] = self.values[start : start + _PIECE]
        wide.flush()
        _publish(beside, self._file)
        self.values = _mapped(self._file)


def _create(file: Path, dtype: Any, shape: tuple[int, ...]) -> None:
    """A file of zeros, which takes no room on most disks until it is filled."""
    beside = file.with_suffix(".part")
    np.lib.format.open_memmap(beside, "w+", dtype, shape).flush()
    _publish(beside, file)


def _publish(beside: Path, file: Path) -> None:
    with beside.open("rb+") as opened:
        os.fsync(opened.fileno())
    beside.replace(file)


def _mapped(file: Path) -> AnyArray:
    mapped: AnyArray = np.load(file, mmap_mode="r+", allow_pickle=False)
    return mapped


def _sync(mapped: AnyArray) -> None:
    mapped.flush()  # type: ignore[attr-defined]  # a memory map

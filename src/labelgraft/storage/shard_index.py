"""Which shard and row holds the bytes of a content hash, kept in memory and read from the shards' sidecars.

A shard is immutable. Its sidecar (one hash per row, in order) gets its name last, so a shard whose sidecar is
missing was never finished.
"""

from __future__ import annotations

import threading
from collections.abc import Iterable, Sequence
from pathlib import Path

import numpy as np
import numpy.typing as npt

from labelgraft.domain.arrays import Ints
from labelgraft.domain.ids import ContentHash
from labelgraft.errors import BadInput, WorkspaceDamaged
from labelgraft.storage.files import write_atomically

Words = npt.NDArray[np.uint64]
"""(n, 4): the 32 bytes of each hash as four numbers."""

SIDECAR = ".hashes.npy"


def words_of(hashes: Iterable[ContentHash]) -> Words:
    """Content hashes as numbers. Raises: BadInput if one is not 64 hexadecimal digits."""
    listed = list(hashes)
    try:
        packed = bytes.fromhex("".join(listed))
    except ValueError as error:
        raise BadInput(f"A content hash must be 64 hexadecimal digits ({error}).") from error
    if len(packed) != 32 * len(listed):
        raise BadInput("A content hash must be 64 hexadecimal digits.")
    return np.frombuffer(packed, "<u8").reshape(-1, 4)


class ShardIndex:
    """The hashes of all finished shards in a folder; safe to use from several threads."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._guard = threading.Lock()
        self._names: list[str] = []
        self._words: Words = np.empty((0, 4), np.uint64)
        self._shards: Ints = np.empty(0, np.int64)
        self._rows: Ints = np.empty(0, np.int64)
        self._longest_run = 0
        self.refresh()

    @property
    def count(self) -> int:
        """How many different hashes there are."""
        return len(self._words)

    def name(self, shard: int) -> str:
        """The name of a shard by its number in this index."""
        return self._names[shard]

    def refresh(self) -> None:
        """Take up the shards that were finished since, by this process or another."""
        with self._guard:
            known = set(self._names)
            found = sorted(path.name.removesuffix(SIDECAR) for path in self._folder.glob(f"*{SIDECAR}"))
            new = [name for name in found if name not in known]
            if new:
                self._take_up(new)

    def _take_up(self, new: Sequence[str]) -> None:
        sizes, words = [], [self._words]
        for name in new:
            words.append(_load(self._folder / f"{name}{SIDECAR}"))
            sizes.append(len(words[-1]))
        first = len(self._names)
        shards = np.concatenate([self._shards, np.repeat(np.arange(first, first + len(new)), sizes)])
        rows = np.concatenate([self._rows, *(np.arange(size) for size in sizes)])
        everything = np.concatenate(words)
        order = np.lexsort(everything.T[::-1])
        everything, shards, rows = everything[order], shards[order], rows[order]
        first_of_kind = np.ones(len(everything), bool)
        first_of_kind[1:] = (everything[1:] != everything[:-1]).any(axis=1)
        self._names = [*self._names, *new]
        self._words = np.ascontiguousarray(everything[first_of_kind])
        self._shards, self._rows = shards[first_of_kind], rows[first_of_kind]
        self._longest_run = _longest_run(self._words[:, 0])

    def find(self, hashes: Sequence[ContentHash]) -> tuple[Ints, Ints]:
        """Shard number and row of each hash, -1 and -1 where there is none; (n,) int64 both."""
        wanted = words_of(hashes)
        with self._guard:
            return self._find(wanted)

    def _find(self, wanted: Words) -> tuple[Ints, Ints]:
        shards, rows = np.full(len(wanted), -1, np.int64), np.full(len(wanted), -1, np.int64)
        if not len(self._words):
            return shards, rows
        # The first of the four numbers nearly always decides; the run of equal ones is walked to be exact.
        start = np.searchsorted(self._words[:, 0], wanted[:, 0])
        for step in range(self._longest_run):
            at = np.minimum(start + step, len(self._words) - 1)
            same = (self._words[at] == wanted).all(axis=1)
            shards[same], rows[same] = self._shards[at[same]], self._rows[at[same]]
        return shards, rows

    def finish(self, name: str, hashes: Sequence[ContentHash]) -> None:
        """Make a shard whose other files are complete visible, to this process and others."""
        words = words_of(hashes)
        write_atomically(self._folder / f"{name}{SIDECAR}", lambda file: np.save(file, words))
        self.refresh()


def _load(path: Path) -> Words:
    try:
        words = np.load(path, allow_pickle=False)
    except (OSError, ValueError) as error:
        raise WorkspaceDamaged(
            f"{path}: this list of contents cannot be read ({error}). Labels are not affected. Delete the "
            "file; what it listed is computed again."
        ) from error
    return np.asarray(words, np.uint64).reshape(-1, 4)


def _longest_run(ordered: npt.NDArray[np.uint64]) -> int:
    starts = np.flatnonzero(np.append(True, ordered[1:] != ordered[:-1]))
    return int(np.diff(np.append(starts, len(ordered))).max())

"""Thumbnails by content hash: 256 px WebP packed in one file per shard, 64 px ones in one sheet per shard."""

from __future__ import annotations

import threading
import uuid
from collections.abc import Sequence
from pathlib import Path

import numpy as np

from labelgraft.domain.arrays import Ints
from labelgraft.domain.ids import ContentHash
from labelgraft.errors import ShapeMismatch, UnknownNumber, WorkspaceDamaged
from labelgraft.storage.files import sweep_torn, write_atomically
from labelgraft.storage.shard_index import SIDECAR, ShardIndex

CELLS = 256
"""Images of one sheet: 16 x 16 cells of 64 px, row by row."""


class ThumbnailStore:
    """The thumbnails of a workspace. Safe to use from several threads and processes."""

    def __init__(self, root: Path) -> None:
        self.root = root
        root.mkdir(parents=True, exist_ok=True)
        self._index = ShardIndex(root)
        self._ends: dict[str, Ints] = {}
        self._guard = threading.Lock()

    @property
    def count(self) -> int:
        """How many images have thumbnails."""
        return self._index.count

    def missing(self, hashes: Sequence[ContentHash]) -> list[ContentHash]:
        """Those without thumbnails, each once, in the order given."""
        self._index.refresh()
        shards, _ = self._index.find(hashes)
        return list(dict.fromkeys(h for h, shard in zip(hashes, shards, strict=True) if shard < 0))

    def write_shard(self, hashes: Sequence[ContentHash], webp256: Sequence[bytes], sheet64: bytes) -> None:
        """Store the thumbnails of up to CELLS images, in the order of the hashes; whole or not at all.

        webp256: one WebP per image, long side 256 px. sheet64: WebP of 1024 x 1024 px, cell i is image i.

        Raises: ShapeMismatch; WorkspaceUnwritable.
        """
        if len(hashes) != len(webp256) or not 0 < len(hashes) <= CELLS:
            raise ShapeMismatch(f"{len(hashes)} images, {len(webp256)} thumbnails; expected 1 to {CELLS}.")
        name = uuid.uuid4().hex
        ends = np.cumsum([len(blob) for blob in webp256]).astype(np.int64)
        pack = b"".join(webp256)
        write_atomically(self.root / f"{name}.pack", lambda file: file.write(pack))
        write_atomically(self.root / f"{name}.sheet.webp", lambda file: file.write(sheet64))
        write_atomically(self.root / f"{name}.ends.npy", lambda file: np.save(file, ends))
        self._index.finish(name, hashes)

    def get(self, content_hash: ContentHash) -> bytes:
        """The 256 px thumbnail as WebP.

        Raises: UnknownNumber if there is none; WorkspaceDamaged.
        """
        return self._read(*self._find(content_hash))

    def several(self, hashes: Sequence[ContentHash]) -> list[bytes | None]:
        """The 256 px thumbnails of some images, None where there is none. Raises: WorkspaceDamaged."""
        shards, rows = self._index.find(hashes)
        if (shards < 0).any():
            self._index.refresh()
            shards, rows = self._index.find(hashes)
        places = zip(shards.tolist(), rows.tolist(), strict=True)
        return [None if shard < 0 else self._read(self._index.name(shard), row) for shard, row in places]

    def _read(self, name: str, row: int) -> bytes:
        ends = self._ends_of(name)
        start, end = int(ends[row - 1]) if row else 0, int(ends[row])
        path = self.root / f"{name}.pack"
        try:
            with path.open("rb") as file:
                file.seek(start)
                blob = file.read(end - start)
        except OSError as error:
            raise _damaged(path, str(error)) from error
        if len(blob) != end - start:
            raise _damaged(path, "it is too short")
        return blob

    def cell(self, content_hash: ContentHash) -> tuple[str, int]:
        """The name of the sheet that shows the image, and its cell. Raises: UnknownNumber if there is none."""
        return self._find(content_hash)

    def cells(self, hashes: Sequence[ContentHash]) -> tuple[tuple[str, ...], Ints, Ints]:
        """Sheets and cells of many images at once.

        Returns: sheet names, (n,) int64 index into them or -1 where there is no thumbnail, (n,) int64 cell.
        """
        shards, rows = self._index.find(hashes)
        used, where = np.unique(shards[shards >= 0], return_inverse=True)
        sheets = np.full(len(hashes), -1, np.int64)
        sheets[shards >= 0] = where
        return tuple(self._index.name(int(shard)) for shard in used), sheets, rows

    def sheet(self, name: str) -> bytes:
        """The sheet of that name as WebP. Raises: UnknownNumber if there is none."""
        if not (len(name) == 32 and all(digit in "0123456789abcdef" for digit in name)):
            raise UnknownNumber(f"There is no sheet of thumbnails called {name!r}.")
        try:
            return (self.root / f"{name}.sheet.webp").read_bytes()
        except FileNotFoundError as error:
            raise UnknownNumber(f"There is no sheet of thumbnails called {name!r}.") from error

    def sweep(self) -> int:
        """Delete what a killed process left half-written; only while nobody else writes. Gives how many."""
        swept = sweep_torn(self.root)
        for ending in (".pack", ".sheet.webp", ".ends.npy"):
            for path in self.root.glob(f"*{ending}"):
                if not path.with_name(path.name.removesuffix(ending) + SIDECAR).exists():
                    path.unlink()
                    swept += 1
        return swept

    def _find(self, content_hash: ContentHash) -> tuple[str, int]:
        shards, rows = self._index.find([content_hash])
        if shards[0] < 0:
            self._index.refresh()
            shards, rows = self._index.find([content_hash])
        if shards[0] < 0:
            raise UnknownNumber(f"The image {content_hash} has no thumbnail. Import it again.")
        return self._index.name(int(shards[0])), int(rows[0])

    def _ends_of(self, name: str) -> Ints:
        with self._guard:
            if name not in self._ends:
                path = self.root / f"{name}.ends.npy"
                try:
                    self._ends[name] = np.load(path, allow_pickle=False)
                except (OSError, ValueError) as error:
                    raise _damaged(path, str(error)) from error
            return self._ends[name]


def _damaged(path: Path, reason: str) -> WorkspaceDamaged:
    return WorkspaceDamaged(
        f"{path}: these thumbnails cannot be read ({reason}). Labels are not affected. Delete the files of "
        "that name; the thumbnails are made again at the next import."
    )

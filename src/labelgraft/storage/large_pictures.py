"""Large pictures as they were shown last, kept while there is room: they can always be made again."""

from __future__ import annotations

import threading
from pathlib import Path

from labelgraft.domain.ids import ContentHash
from labelgraft.errors import WorkspaceUnwritable
from labelgraft.storage.files import write_atomically

KEPT_BYTES = 1_000_000_000
ROOM_BYTES = KEPT_BYTES // 10
"""How much is made free at a time, so that the folder is not listed for every picture."""


class LargePictures:
    """Pictures by content hash and side. Safe from several threads."""

    def __init__(self, root: Path, kept_bytes: int = KEPT_BYTES) -> None:
        self._root = root
        self._kept_bytes = kept_bytes
        self._guard = threading.Lock()
        self._size: int | None = None

    def get(self, content_hash: ContentHash, side_px: int) -> bytes | None:
        """The picture as WebP; None if it is not kept."""
        path = self._path(content_hash, side_px)
        try:
            found = path.read_bytes()
            path.touch()  # those looked at last stay
        except OSError:
            return None
        return found

    def put(self, content_hash: ContentHash, side_px: int, webp: bytes) -> None:
        """Keep a picture if there is room on the disk; the ones looked at longest ago give way."""
        with self._guard:
            try:
                self._root.mkdir(exist_ok=True)
                if self._size is None:
                    self._size = sum(path.stat().st_size for path in self._root.glob("*.webp"))
                write_atomically(self._path(content_hash, side_px), lambda file: file.write(webp))
            except (OSError, WorkspaceUnwritable):
                return  # a full disk keeps nobody from looking at a picture
            self._size += len(webp)
            if self._size > self._kept_bytes:
                self._size = self._make_room()

    def _make_room(self) -> int:
        found = [(path.stat().st_mtime_ns, path.stat().st_size, path) for path in self._root.glob("*.webp")]
        left = sum(size for _, size, _ in found)
        for _, size, path in sorted(found):
            if left <= self._kept_bytes - min(ROOM_BYTES, self._kept_bytes // 10):
                break
            path.unlink(missing_ok=True)
            left -= size
        return left

    def _path(self, content_hash: ContentHash, side_px: int) -> Path:
        return self._root / f"{content_hash}-{side_px}.webp"

"""The verbs of looking: thumbnails, sheets of them, a picture in full."""

from __future__ import annotations

import threading
from functools import cached_property

from labelgraft.domain.ids import ContentHash
from labelgraft.errors import JobCancelled
from labelgraft.formats.thumbnails import small_of
from labelgraft.services.ingest import IngestPool
from labelgraft.services.show_picture import show_picture
from labelgraft.storage.large_pictures import LargePictures
from labelgraft.storage.workspace import Workspace
from labelgraft.workbench.ingest_jobs import IngestJobs

SHOWN_FOLDER = "shown"
"""Where a workspace keeps large pictures that were looked at; expendable."""
SECONDS = 30.0
MEMORY_BYTES = 1_200_000_000


class Pictures:
    """The pictures of a workspace, by content hash. Safe from several threads.

    Large ones are decoded in one process of their own, since those of an import would keep a person waiting.
    """

    def __init__(self, workspace: Workspace, ingest: IngestJobs) -> None:
        self._workspace = workspace
        self._limits = ingest.limits
        self._guard = threading.Lock()
        self._pool: IngestPool | None = None
        self._closed = False

    def thumbnail(self, content_hash: ContentHash) -> bytes:
        """WebP with its long side at most 256 px. Raises UnknownNumber."""
        return self._workspace.thumbnails.get(content_hash)

    def small(self, content_hash: ContentHash) -> bytes:
        """WebP of 64 x 64 px: the central square. Raises UnknownNumber."""
        return small_of(self.thumbnail(content_hash))

    def sheet(self, name: str) -> bytes:
        """WebP of 16 x 16 cells of 64 px. Raises UnknownNumber."""
        return self._workspace.thumbnails.sheet(name)

    def large(self, content_hash: ContentHash, side_px: int) -> bytes:
        """WebP, upright, its long side about side_px. Raises UnknownNumber, UnreadableImage."""
        return show_picture(self._workspace, self._kept, self._decoder, self._limits, content_hash, side_px)

    def close(self) -> None:
        """Stop the decoder; may be called again."""
        with self._guard:
            self._closed = True
            if self._pool is not None:
                self._pool.close()
                self._pool = None

    @cached_property
    def _kept(self) -> LargePictures:
        return LargePictures(self._workspace.root / SHOWN_FOLDER)

    def _decoder(self) -> IngestPool:
        with self._guard:
            if self._closed:
                raise JobCancelled("The workspace is being closed.")
            if self._pool is None:
                self._pool = IngestPool(workers=1, seconds_per_file=SECONDS, memory_bytes=MEMORY_BYTES)
            return self._pool

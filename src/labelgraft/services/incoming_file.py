"""One file on its way into the workspace: written beside as it comes, compared with its hash, then given its name."""

from __future__ import annotations

import contextlib
import hashlib
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO, TypeAlias

from labelgraft.domain.ids import ContentHash
from labelgraft.errors import BadInput, TooLarge
from labelgraft.storage.uploads import ReceivedFile, disk_errors


@dataclass(frozen=True, slots=True)
class Offered:
    """A file that somebody has: the SHA-256 of its bytes, and its path inside what is uploaded."""

    content_hash: ContentHash
    path: str


Keep: TypeAlias = Callable[[Path, Offered, int], ReceivedFile]
"""Gives a whole file its place: where it was written, what it is, how many bytes it has."""


class Incoming:
    """A file on its way: write its bytes as they come, then `finish`; in any case `close`."""

    def __init__(self, file: Offered, part: Path, most_bytes: int, keep: Keep) -> None:
        self._file, self._part, self._most_bytes, self._keep = file, part, most_bytes, keep
        self._digest = hashlib.sha256()
        self._bytes = 0
        self.is_over = False
        with disk_errors(part):
            self._written: BinaryIO = part.open("xb")

    def write(self, chunk: bytes) -> None:
        """Take in the next bytes. Raises TooLarge; WorkspaceUnwritable if the disk is full."""
        self._bytes += len(chunk)
        if self._bytes > self._most_bytes:
            raise too_large(self._file.path, self._bytes, self._most_bytes)
        self._digest.update(chunk)
        with disk_errors(self._part):
            self._written.write(chunk)

    def finish(self, last: bytes = b"") -> ReceivedFile:
        """Take in the last bytes and give the file its place; nothing is left to close then.

        Raises as `write`; BadInput if the bytes are not those that were announced.
        """
        self.write(last)
        found = self._digest.hexdigest()
        if found != self._file.content_hash:
            raise BadInput(
                f"{self._file.path}: the {self._bytes:,} bytes that came have the SHA-256 {found[:12]}..., expected "
                f"{self._file.content_hash[:12]}... . The file was not taken. Send it again; it may have changed meanwhile."
            )
        with disk_errors(self._part):
            self._written.close()
        received = self._keep(self._part, self._file, self._bytes)
        self.is_over = True
        return received

    def close(self) -> None:
        """Leave nothing behind of a file that was not finished."""
        self.is_over = True
        with contextlib.suppress(OSError):  # a full disk refuses the rest of the buffer; the file goes anyway
            self._written.close()
        self._part.unlink(missing_ok=True)


def too_large(path: str, found: int, most: int) -> TooLarge:
    """The error for a file with too many bytes."""
    return TooLarge(
        f"{path}: has {found / 1e6:,.1f} MB or more, at most {most / 1e6:,.0f} MB are taken. The file was not taken. For "
        "images the limit is the setting max_image_mb."
    )

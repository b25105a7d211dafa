"""A folder as one zip file, in pieces as they are made: nothing is kept in memory or on the disk."""

from __future__ import annotations

import os
import zipfile
from collections.abc import Iterator
from pathlib import Path

from labelgraft.services.list_places import is_image

CHUNK_BYTES = 1 << 20
SAME_MOMENT = (1980, 1, 1, 0, 0, 0)
"""The earliest that a zip can say: the same folder gives the same bytes."""


class _Pieces:
    """What ZipFile writes to: it cannot go back, and is emptied after each write."""

    def __init__(self) -> None:
        self._waiting = bytearray()

    def write(self, data: bytes) -> int:
        self._waiting += data
        return len(data)

    def flush(self) -> None:
        """Nothing to do: whoever reads takes what is there."""

    def take(self) -> bytes:
        taken = bytes(self._waiting)
        self._waiting.clear()
        return taken


def zip_pieces(folder: Path, top: str) -> Iterator[bytes]:
    """The folder's files in the order of their names, below the folder `top` inside the zip.

    Images are stored as they are, since they hold nothing to compress; everything else is compressed. Links are left
    out. Every size is allowed (zip64).
    """
    pieces = _Pieces()
    with zipfile.ZipFile(pieces, "w", allowZip64=True) as packed:  # type: ignore[call-overload]
        for path in _files_below(folder):
            name = f"{top}/{path.relative_to(folder).as_posix()}"
            with path.open("rb") as file, packed.open(_entry(name), "w", force_zip64=True) as entry:
                while chunk := file.read(CHUNK_BYTES):
                    entry.write(chunk)
                    yield pieces.take()
    yield pieces.take()


def _entry(name: str) -> zipfile.ZipInfo:
    entry = zipfile.ZipInfo(name, SAME_MOMENT)
    entry.compress_type = zipfile.ZIP_STORED if is_image(name) else zipfile.ZIP_DEFLATED
    entry.external_attr = 0o644 << 16
    return entry


def _files_below(folder: Path) -> Iterator[Path]:
    for top, names, files in os.walk(folder):
        names.sort()
        for name in sorted(files):
            path = Path(top, name)
            if not path.is_symlink():
                yield path

"""List the image files of a folder, and cut a list into shards."""

from __future__ import annotations

import os
import stat
from collections.abc import Container, Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path
from typing import TypeVar

from labelgraft.domain.image import RefusedFile
from labelgraft.errors import BadInput
from labelgraft.formats.paths import DECODED_SUFFIXES, is_passed_over

UNREAD_SUFFIXES = frozenset(
    {
        ".heic", ".heif", ".hif", ".jxl", ".svg", ".dng", ".cr2", ".cr3", ".nef", ".arw", ".raf", ".orf", ".rw2",
        ".pef", ".srw",
    }
)  # fmt: skip
"""Pictures of phones and cameras that are not decoded here: whoever misses them is told, which a text file is not."""

SHARD_FILES = 256
"""Most files per shard: one sheet of 64 px thumbnails."""

_SIGNATURES = (
    b"\xff\xd8\xff", b"\x89PNG\r\n\x1a\n", b"GIF8", b"II*\0", b"MM\0*", b"BM", b"8BPS", b"\0\0\0\x0cjP  ",
)  # fmt: skip

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class FoundFile:
    """An image file as the file system tells it.

    path: absolute. folder: its folder inside the scanned tree, posix, "" at the top.
    """

    path: str
    folder: str
    file_bytes: int
    modified_ns: int


@dataclass(frozen=True, slots=True)
class Scan:
    """What a folder holds. other_files: how many files were passed over because they are no images."""

    files: tuple[FoundFile, ...]
    refused: tuple[RefusedFile, ...]
    other_files: int


LEADS_OUT = "is not there, or lies outside of the folders that may be read; it was not opened"
"""Said of a file that a link or a list leads to; whether something is there is not told."""


def scan_files(root: Path, roots: Container[str] | None = None) -> Scan:
    """List the image files under a folder, in the order of their names, folder by folder.

    A file is taken by its suffix, or without a suffix by its first bytes; one of UNREAD_SUFFIXES is refused. Hidden
    files and folders are passed over. Links are followed, each folder is entered once, so that circles of links end.
    What cannot be read is refused with its reason, and the rest is listed. roots: links that lead out of these are
    refused, too.

    Raises: BadInput if root is not a folder.
    """
    root = Path(os.path.abspath(root))  # noqa: PTH100  resolve() would rename files behind links
    if not root.is_dir():
        raise BadInput(f"{root}: is not a folder. Nothing was listed. Give a folder that holds images.")
    listing = _Listing(root, roots)
    listing.enter(root, "")
    return Scan(tuple(listing.files), tuple(listing.refused), listing.other_files)


class _Listing:
    """One walk through a tree."""

    def __init__(self, root: Path, roots: Container[str] | None) -> None:
        self.root = root
        self.roots = roots
        self.files: list[FoundFile] = []
        self.refused: list[RefusedFile] = []
        self.other_files = 0
        self._entered: set[tuple[int, int]] = set()

    def enter(self, top: Path, top_folder: str) -> None:
        """Walk through a folder; a stack of our own, as deep trees would exhaust Python's."""
        waiting = [(os.fspath(top), top_folder)]
        while waiting:
            path, folder = waiting.pop()
            inner = [(child, f"{folder}/{name}".lstrip("/")) for child, name in self._list(path, folder)]
            waiting.extend(reversed(inner))

    def _list(self, path: str, folder: str) -> Iterator[tuple[str, str]]:
        """Take in the files of one folder; yields its subfolders (path, name)."""
        try:
            found = Path(path).stat()
            if (found.st_dev, found.st_ino) in self._entered:
                return
            self._entered.add((found.st_dev, found.st_ino))
            with os.scandir(path) as entries:
                ordered = sorted(entries, key=lambda entry: entry.name)
        except OSError as error:
            self.refuse(path, f"the folder could not be read: {error.strerror or error}")
            return
        for entry in ordered:
            if is_passed_over(entry.name):
                continue
            if self.roots is not None and entry.is_symlink() and entry.path not in self.roots:
                self.refuse(entry.path, LEADS_OUT)
            elif entry.is_dir():
                yield entry.path, entry.name
            else:
                self._take(entry, folder)

    def _take(self, entry: os.DirEntry[str], folder: str) -> None:
        suffix = os.path.splitext(entry.name)[1].lower()  # noqa: PTH122  a Path per file is 20 times slower
        if suffix == ".zip":
            self.refuse(
                entry.path, "is an archive inside of the folder, which is not opened; add it by itself"
            )
            return
        if suffix in UNREAD_SUFFIXES:
            kind = suffix[1:].upper()
            self.refuse(entry.path, f"{kind} is not read here; save it as JPEG or PNG to take it in")
            return
        if suffix and suffix not in DECODED_SUFFIXES:
            self.other_files += 1
            return
        try:
            found = entry.stat()
            if not stat.S_ISREG(found.st_mode):
                self._refuse_or_pass(entry.path, suffix, "is not a regular file")
            elif not suffix and not _starts_like_an_image(entry.path):
                self.other_files += 1
            elif not is_text(entry.path):
                self.refuse(entry.path, "its name is not valid UTF-8; rename it to take it in")
            else:
                self.files.append(FoundFile(entry.path, folder, found.st_size, found.st_mtime_ns))
        except FileNotFoundError:
            self._refuse_or_pass(entry.path, suffix, "is a link that leads nowhere, or went away meanwhile")
        except OSError as error:
            self._refuse_or_pass(entry.path, suffix, f"could not be read: {error.strerror or error}")

    def _refuse_or_pass(self, path: str, suffix: str, reason: str) -> None:
        if suffix:
            self.refuse(path, reason)
        else:
            self.other_files += 1

    def refuse(self, path: str, reason: str) -> None:
        """Note what cannot be read; the path is made printable."""
        self.refused.append(RefusedFile(path.encode("utf-8", "backslashreplace").decode(), reason))


def is_text(path: str) -> bool:
    """True if a path can be written down as text."""
    try:
        path.encode("utf-8")
    except UnicodeEncodeError:
        return False
    return True


def _starts_like_an_image(path: str) -> bool:
    with open(path, "rb") as file:  # noqa: PTH123  paths come as text here
        start = file.read(16)
    return start.startswith(_SIGNATURES) or start[8:12] == b"WEBP" or start[4:8] == b"ftyp"


def split_into_shards(
    items: Sequence[T], *, workers: int, shard_files: int = SHARD_FILES
) -> list[Sequence[T]]:
    """Cut a list into shards of nearly equal length, in order.

    A shard holds at most shard_files; a small list becomes 4 shards per worker, so that all workers stay busy
    to the end, though not below 8 files each, where the shards themselves would cost more than they bring.
    """
    if not items:
        return []
    per_shard = min(shard_files, max(8, -(-len(items) // (4 * workers))))
    count = -(-len(items) // per_shard)
    edges = [round(number * len(items) / count) for number in range(count + 1)]
    return [items[start:end] for start, end in pairwise(edges)]

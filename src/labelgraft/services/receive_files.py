"""Take in files that a person uploads: known by their bytes, whole or not at all, under names that any disk holds."""

from __future__ import annotations

import os
import re
import shutil
import threading
from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path, PurePosixPath

from labelgraft.domain.ids import ContentHash
from labelgraft.errors import AlreadyExists, BadInput, TooLarge, WorkspaceUnwritable
from labelgraft.formats.paths import IMAGE_SUFFIXES, Names, is_absolute, normal_path, portable_path
from labelgraft.formats.zip_archive import is_archive
from labelgraft.services.incoming_file import Incoming, Offered, too_large
from labelgraft.storage.files import sync_files
from labelgraft.storage.uploads import ReceivedFile, UploadStore

FREE_BYTES = 500_000_000
"""What uploads leave free on the disk, for labels and the database."""
LABEL_FILE_BYTES = 1 << 30
"""The largest file that is no image: as much as the readers of labels take."""
ARCHIVE_BYTES = 4_096_000_000
"""The largest zip archive that is sent; below a root of the server there is no such bound."""
LONGEST_PATH = 4096

_HASH = re.compile(r"[0-9a-f]{64}")


@dataclass(frozen=True, slots=True)
class UploadLimits:
    """What is taken. image_bytes: of one image file. files: of one upload. total_bytes: of all uploads together."""

    image_bytes: int
    files: int
    total_bytes: int


@dataclass(slots=True)
class _Upload:
    """An upload in use. by_path: what is there, by the path that its sender gave it."""

    by_path: dict[str, ReceivedFile] = field(default_factory=dict)
    names: Names = field(default_factory=Names)
    guard: threading.Lock = field(default_factory=threading.Lock)
    unsynced: list[Path] = field(default_factory=list)


class Uploads:
    """The uploads of an open workspace; safe to use from many threads."""

    def __init__(self, folder: Path, limits: UploadLimits) -> None:
        self._store = UploadStore(folder)
        self.limits = limits
        self._guard = threading.Lock()
        self._open: dict[int, _Upload] = {}
        self._known: dict[ContentHash, Path] | None = None
        self._bytes = 0

    def begin(self, name: str) -> int:
        """A new, empty upload; gives its number. name: of the folder that is uploaded, in the history later."""
        return self._store.begin(portable_path(name) if name.strip() else "upload")

    def offer(self, number: int, files: Sequence[Offered]) -> list[Offered]:
        """Take in every file of which the workspace has the bytes already; gives those that must be sent.

        Raises UnknownName; AlreadyExists, BadInput, TooLarge for a file that cannot be taken: those before it were.
        """
        return [each for each in files if self._link(number, each) is None]

    def receive(self, number: int, file: Offered, *, announced_bytes: int | None) -> Incoming | ReceivedFile:
        """Begin to take in a file, or give what is there already. announced_bytes: as the sender says, None if not.

        Raises as `offer`; WorkspaceUnwritable if the disk has no room for it.
        """
        there = self._link(number, file)
        if there is not None:
            return there
        most = self._most_bytes(file.path)
        if announced_bytes is not None and announced_bytes > most:
            raise too_large(file.path, announced_bytes, most)
        self._check_room(announced_bytes or 0)
        return Incoming(file, self._store.part(number), most, partial(self.keep, number))

    def source(self, number: int) -> tuple[Path, Path]:
        """What to import of an upload, flushed to the disk, and the folder out of which nothing of it may lead.

        A folder that holds nothing but one folder, or one archive, stands for that. Raises UnknownName; BadInput if it
        is empty.
        """
        upload = self._upload(number)
        with upload.guard:
            sync_files(upload.unsynced)
            upload.unsynced.clear()
            if not upload.by_path:
                raise BadInput(
                    f"Upload {number} has no file yet. Nothing was imported. Send its files first."
                )
        files = self._store.files_of(number)
        return only_entry(files), files

    def name_of(self, number: int) -> str:
        """What the sender called it. Raises UnknownName."""
        return self._store.name_of(number)

    def received(self, number: int) -> list[ReceivedFile]:
        """The files of an upload that are there whole. Raises UnknownName."""
        return list(self._upload(number).by_path.values())

    def keep(self, number: int, part: Path, file: Offered, file_bytes: int) -> ReceivedFile:
        """Give a whole file its place in its upload."""
        upload = self._upload(number)
        with upload.guard:
            there = self._there(number, upload, file)
            if there is not None:
                part.unlink()
                return there
            received = self._named(upload, file, file_bytes)
            self._store.keep(number, part, received)
            self._take_note(number, upload, received)
        with self._guard:
            self._bytes += file_bytes
        return received

    def _link(self, number: int, file: Offered) -> ReceivedFile | None:
        """The file in this upload, by its own bytes or those of another; None if they are not there."""
        _checked_hash(file.content_hash)
        check_path(file.path)
        known = self._index()
        upload = self._upload(number)
        with upload.guard:
            there = self._there(number, upload, file)
            original = known.get(file.content_hash)
            if there is not None or original is None or not original.is_file():
                return there
            received = self._named(upload, file, original.stat().st_size)
            self._store.link(number, original, received)
            self._take_note(number, upload, received)
            return received

    def _there(self, number: int, upload: _Upload, file: Offered) -> ReceivedFile | None:
        there = upload.by_path.get(file.path)
        if there is not None and there.content_hash != file.content_hash:
            raise AlreadyExists(
                f"{file.path}: upload {number} has another file of this path, which stays. The new one was not taken. "
                "Begin another upload for it."
            )
        if there is None and len(upload.by_path) >= self.limits.files:
            raise TooLarge(
                f"{file.path}: upload {number} has {self.limits.files:,} files already, the most that one may have. "
                "This one was not taken. Begin another upload for the rest."
            )
        return there

    def _named(self, upload: _Upload, file: Offered, file_bytes: int) -> ReceivedFile:
        stored = upload.names.give(portable_path(file.path))
        return ReceivedFile(file.content_hash, file.path, stored, file_bytes)

    def _take_note(self, number: int, upload: _Upload, received: ReceivedFile) -> None:
        upload.by_path[received.asked] = received
        place = self._store.files_of(number) / received.stored
        upload.unsynced.append(place)
        with self._guard:
            if self._known is not None:
                self._known.setdefault(received.content_hash, place)

    def _upload(self, number: int) -> _Upload:
        with self._guard:
            if number not in self._open:
                self._store.name_of(number)
                opened = _Upload()
                for received in self._store.received(number):
                    opened.by_path[received.asked] = received
                    opened.names.give(received.stored)
                    opened.unsynced.append(self._store.files_of(number) / received.stored)
                self._open[number] = opened
            return self._open[number]

    def _index(self) -> dict[ContentHash, Path]:
        """Every file of every upload by its bytes; read once."""
        with self._guard:
            if self._known is None:
                self._known = {}
                for number in self._store.numbers():
                    for received in self._store.received(number):
                        place = self._store.files_of(number) / received.stored
                        if self._known.setdefault(received.content_hash, place) == place:
                            self._bytes += received.file_bytes
            return self._known

    def _most_bytes(self, path: str) -> int:
        suffix = PurePosixPath(path).suffix.lower()
        if suffix == ".zip":
            return ARCHIVE_BYTES
        return self.limits.image_bytes if suffix in IMAGE_SUFFIXES else LABEL_FILE_BYTES

    def _check_room(self, more_bytes: int) -> None:
        if self._bytes + more_bytes > self.limits.total_bytes:
            raise TooLarge(
                f"All uploads together may take {self.limits.total_bytes / 1e9:.0f} GB, and have "
                f"{self._bytes / 1e9:.1f}. The file was not taken. Delete projects that are done, or raise the setting "
                "max_upload_gb."
            )
        free = shutil.disk_usage(self._store.folder).free
        if free - more_bytes < FREE_BYTES:
            raise WorkspaceUnwritable(
                f"The disk of the workspace has {free / 1e6:.0f} MB left, and uploads leave {FREE_BYTES / 1e6:.0f} MB of "
                "that for labels. The file was not taken. Make room, and send it again."
            )


def check_path(path: str) -> None:
    """Raises BadInput for a path that no browser gives a file inside of a folder."""
    normal = normal_path(path)
    if not normal or len(path) > LONGEST_PATH or "\0" in path:
        raise BadInput(
            f"{path[:80]!r}: expected a path of 1 to {LONGEST_PATH} characters. The file was not taken."
        )
    if is_absolute(normal) or re.match(r"[A-Za-z]:", normal) or ".." in normal.split("/"):
        raise BadInput(
            f"{path[:200]!r}: expected a path inside of the folder that is uploaded, without `..` and without a drive. "
            "The file was not taken."
        )


def _checked_hash(content_hash: str) -> str:
    if _HASH.fullmatch(content_hash) is None:
        raise BadInput(
            f"{content_hash[:80]!r}: expected a SHA-256 as 64 hexadecimal digits in lower case. Nothing was taken."
        )
    return content_hash


def only_entry(folder: Path) -> Path:
    """The folder, or the one that everything in it lies in, or the only thing in it if that is an archive."""
    while True:
        with os.scandir(folder) as entries:
            first, second = next(entries, None), next(entries, None)
        if first is None or second is not None or not (first.is_dir() or is_archive(Path(first.path))):
            return folder
        folder = Path(first.path)
        if not first.is_dir():
            return folder

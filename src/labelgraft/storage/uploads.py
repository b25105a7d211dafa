"""Files that people upload, in the workspace's folder `uploads`.

    uploads/7/upload.json        what it is called and when it was begun
              received.jsonl     one line per file that is there whole; the last may be torn after a kill
              files/pets/cat/1.jpg
              0123abcd.part      still being written
    uploads/8/upload.json        an archive that was unpacked: which one, and what could not be taken out of it
              files/...
    uploads/<sha256>.png         pictures from inside a data set file, without an upload around them

An image refers to its file here, so an upload stays as long as an image does.
"""

from __future__ import annotations

import contextlib
import json
import os
import shutil
import time
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from uuid import uuid4

from sqlalchemy import Connection, select

from labelgraft.domain.ids import ContentHash
from labelgraft.errors import UnknownName, WorkspaceUnwritable
from labelgraft.storage.files import TORN, write_atomically
from labelgraft.storage.tables import duplicate, image_file

ABOUT, LOG, FILES = "upload.json", "received.jsonl", "files"
ABANDONED_DAYS = 7
"""An upload without any image, untouched for so long, is deleted when the workspace is opened."""


@dataclass(frozen=True, slots=True)
class ReceivedFile:
    """A file that is there. asked: the path that its sender gave it; stored: the one it has below `files`."""

    content_hash: ContentHash
    asked: str
    stored: str
    file_bytes: int


@dataclass(frozen=True, slots=True)
class UnpackedArchive:
    """An archive whose files lie here. path, bytes, modified_ns: where it was found, to know it again without reading it.

    refused: [name, reason] of what could not be taken.
    """

    content_hash: ContentHash
    path: str
    bytes: int
    modified_ns: int
    unpacked_bytes: int
    refused: list[list[str]]


class UploadStore:
    """The uploads of one workspace. Nothing here locks: one thread at a time per upload."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def begin(self, name: str) -> int:
        """Make an empty upload; gives its number."""
        with disk_errors(self.folder):
            number = self._claim_number()
            self.files_of(number).mkdir()
        about = {"name": name, "begun": datetime.now(UTC).isoformat()}
        write_atomically(self._of(number) / ABOUT, lambda file: file.write(json.dumps(about).encode()))
        return number

    def adopt(self, folder: Path, archive: UnpackedArchive) -> int:
        """Give a folder of unpacked files its place, whole or not at all; gives its number."""
        with disk_errors(self.folder):
            number = self._claim_number()
            folder.rename(self.files_of(number))
        about = {"name": Path(archive.path).name, "archive": asdict(archive)}
        write_atomically(self._of(number) / ABOUT, lambda file: file.write(json.dumps(about).encode()))
        return number

    def archives(self) -> Iterator[tuple[int, UnpackedArchive]]:
        """Every archive that was unpacked here, the newest first."""
        for number in reversed(self.numbers()):
            found = self._about(number).get("archive")
            if found is not None:
                yield number, UnpackedArchive(**found)

    def scratch(self) -> Path:
        """A new empty folder beside the uploads, swept at the next start if a kill leaves it."""
        self.folder.mkdir(exist_ok=True)
        beside = self.folder / f"{uuid4().hex}{TORN}"
        beside.mkdir()
        return beside

    def _about(self, number: int) -> dict[str, Any]:
        try:
            return dict(json.loads((self._of(number) / ABOUT).read_text()))
        except FileNotFoundError:
            return {}

    def _claim_number(self) -> int:
        self.folder.mkdir(exist_ok=True)
        number = max(self.numbers(), default=0)
        while True:
            number += 1
            with contextlib.suppress(FileExistsError):
                (self.folder / str(number)).mkdir()
                return number

    def numbers(self) -> list[int]:
        """Every upload, oldest first."""
        if not self.folder.exists():
            return []
        return sorted(int(each.name) for each in self.folder.iterdir() if each.name.isdecimal())

    def name_of(self, number: int) -> str:
        """What its sender called it. Raises UnknownName if there is no such upload; an unpacked archive is none."""
        about = self._about(number)
        if not about or "archive" in about:
            raise UnknownName("upload", str(number), map(str, self.numbers()))
        return str(about["name"])

    def files_of(self, number: int) -> Path:
        """Where its files lie."""
        return self._of(number) / FILES

    def received(self, number: int) -> Iterator[ReceivedFile]:
        """The files that are there whole. One that a power cut shortened, or somebody deleted, is not."""
        log = self._of(number) / LOG
        lines = log.read_text(encoding="utf-8").split("\n")[:-1] if log.exists() else []
        for line in lines:
            try:
                found = ReceivedFile(**json.loads(line))
            except (ValueError, TypeError):  # torn by a kill, with whole lines after it
                continue
            if _size(self.files_of(number) / found.stored) == found.file_bytes:
                yield found

    def part(self, number: int) -> Path:
        """A place to write a file that is not whole yet."""
        return self._of(number) / f"{uuid4().hex}{TORN}"

    def keep(self, number: int, part: Path, received: ReceivedFile) -> None:
        """Give a whole file its name, and note it."""
        place = self.files_of(number) / received.stored
        with disk_errors(place):
            place.parent.mkdir(parents=True, exist_ok=True)
            part.replace(place)
            self._note(number, received)

    def link(self, number: int, original: Path, received: ReceivedFile) -> None:
        """Let a file that another upload has be one of this, too; a copy where the disk knows no links."""
        part = self.part(number)
        try:
            os.link(original, part)
        except OSError:
            with disk_errors(part):
                shutil.copyfile(original, part)
        self.keep(number, part, received)

    def _note(self, number: int, received: ReceivedFile) -> None:
        line = json.dumps(asdict(received), ensure_ascii=False) + "\n"
        with (self._of(number) / LOG).open("ab") as log:
            if log.tell() and not _ends_with_newline(log.name):
                line = "\n" + line  # a kill tore the last one
            log.write(line.encode())

    def _of(self, number: int) -> Path:
        return self.folder / str(number)


@contextlib.contextmanager
def disk_errors(path: Path) -> Iterator[None]:
    """Say in our words that the disk refuses. Raises WorkspaceUnwritable."""
    try:
        yield
    except OSError as error:
        raise WorkspaceUnwritable(
            f"{path.name}: could not be written ({error.strerror or error}). The file was not taken. Make room on the "
            "disk of the workspace, and send it again."
        ) from error


def _ends_with_newline(path: str) -> bool:
    with Path(path).open("rb") as file:
        file.seek(-1, os.SEEK_END)
        return file.read(1) == b"\n"


def _size(path: Path) -> int | None:
    try:
        return path.stat().st_size
    except OSError:
        return None


def sweep(c: Connection, folder: Path) -> None:
    """Delete what a killed process left half-written, and uploads that nobody came back for and no image uses."""
    for torn in folder.glob(f"*/*{TORN}"):
        torn.unlink()
    for torn in folder.glob(f"*{TORN}"):
        shutil.rmtree(torn)
    store = UploadStore(folder)
    for number in store.numbers():
        age_days = (time.time() - _touched(folder / str(number))) / 86_400
        if age_days > ABANDONED_DAYS and not _is_used(c, store.files_of(number)):
            shutil.rmtree(folder / str(number), ignore_errors=True)


def _touched(folder: Path) -> float:
    return max(each.stat().st_mtime for each in (folder, *folder.glob("*.json*")))


def _is_used(c: Connection, files: Path) -> bool:
    """Whether an image lies there; a workspace that was moved as a whole is still known by the end of its paths."""
    end = os.sep + os.path.join(*files.parts[-3:], "")  # noqa: PTH118  with its slash
    for t in (image_file.c, duplicate.c):
        found = select(t.path).where(t.path.contains(end, autoescape=True)).limit(1)
        if c.execute(found).first() is not None:
            return True
    return False

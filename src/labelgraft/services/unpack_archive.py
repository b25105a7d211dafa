"""Turn a zip archive into a folder of the workspace, which is then imported like any other; look into one before."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
import threading
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import Any

from labelgraft import errors
from labelgraft.domain.ids import ContentHash
from labelgraft.domain.image import RefusedFile
from labelgraft.errors import BadInput, JobFailed
from labelgraft.formats.zip_archive import ArchiveLimits
from labelgraft.services.receive_files import FREE_BYTES, only_entry
from labelgraft.services.unpack_worker import hash_of
from labelgraft.storage.uploads import UnpackedArchive, UploadStore

_ONE_AT_A_TIME = threading.Lock()
"""Two imports of one archive are to find one folder."""

_PASSED_ON = {
    kind.__name__: kind
    for kind in (errors.BadFormat, errors.TooLarge, errors.WorkspaceUnwritable, errors.JobCancelled)
}


@dataclass(frozen=True, slots=True)
class Unpacked:
    """Where the files of an archive lie, and what could not be taken out of it."""

    folder: Path
    refused: tuple[RefusedFile, ...]


@dataclass(frozen=True, slots=True)
class ArchivePreview:
    """What an archive holds, by its list of names. rows: the first images."""

    images: int
    rows: tuple[str, ...]
    refused: tuple[RefusedFile, ...]


def unpacked(uploads: Path, archive: Path, limits: ArchiveLimits) -> Unpacked:
    """The folder that holds the files of an archive: the one of before where these bytes were unpacked already.

    The archive itself stays as it is. Raises BadFormat, TooLarge, WorkspaceUnwritable; nothing is left behind then.
    """
    store = UploadStore(uploads)
    with _ONE_AT_A_TIME:
        found = _known(store, archive) or _unpack(store, archive, limits)
    number, facts = found
    return Unpacked(only_entry(store.files_of(number)), _refused(facts.refused))


def look_into(archive: Path, limits: ArchiveLimits) -> ArchivePreview:
    """What an archive would give; nothing is written. Raises BadFormat, TooLarge."""
    told = _ask(archive, None, limits)
    return ArchivePreview(told["images"], tuple(told["rows"]), _refused(told["refused"]))


def _known(store: UploadStore, archive: Path) -> tuple[int, UnpackedArchive] | None:
    there = [(number, each) for number, each in store.archives() if store.files_of(number).is_dir()]
    status = archive.stat()
    seen = (os.path.abspath(archive), status.st_size, status.st_mtime_ns)  # noqa: PTH100
    for number, each in there:
        if (each.path, each.bytes, each.modified_ns) == seen:
            return number, each
    same_size = [row for row in there if row[1].bytes == status.st_size]
    content_hash = hash_of(archive) if same_size else ""
    return next((row for row in same_size if row[1].content_hash == content_hash), None)


def _unpack(store: UploadStore, archive: Path, limits: ArchiveLimits) -> tuple[int, UnpackedArchive]:
    status = archive.stat()
    folder = store.scratch()
    try:
        told = _ask(archive, folder, replace(limits, total_bytes=_room(store, limits)))
        content_hash = ContentHash(hash_of(archive))
        if (archive.stat().st_size, archive.stat().st_mtime_ns) != (status.st_size, status.st_mtime_ns):
            raise BadInput(f"{archive.name}: changed while it was read. Nothing was imported. Try again.")
        facts = UnpackedArchive(
            content_hash, os.path.abspath(archive), status.st_size, status.st_mtime_ns,  # noqa: PTH100
            told["unpacked_bytes"], told["refused"],
        )  # fmt: skip
        return store.adopt(folder, facts), facts
    finally:
        shutil.rmtree(folder, ignore_errors=True)  # it was given its place, or nothing of it is to stay


def _room(store: UploadStore, limits: ArchiveLimits) -> int:
    """How many bytes may be unpacked: of the setting, and of what the disk has beyond what labels need."""
    used = sum(each.unpacked_bytes for _, each in store.archives())
    free = shutil.disk_usage(store.folder).free - FREE_BYTES
    return max(0, min(limits.total_bytes - used, free))


def _ask(archive: Path, folder: Path | None, limits: ArchiveLimits) -> dict[str, Any]:
    """The answer of a process of its own, whose memory is bounded. Raises the errors that it tells of."""
    request = {
        "path": str(archive),
        "folder": None if folder is None else str(folder),
        "limits": asdict(limits),
    }
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join(path for path in sys.path if path)}
    done = subprocess.run(
        [sys.executable, "-P", "-m", "labelgraft.services.unpack_worker"],
        input=json.dumps(request).encode(), capture_output=True, env=environment, check=False,
    )  # fmt: skip
    if done.returncode != 0:
        words = done.stderr[-500:].decode("utf-8", "replace").strip()
        raise JobFailed(
            f"{archive.name}: the process that opened it ended with code {done.returncode}. Nothing was imported. Unpack "
            f"it and add the folder. Its last words were: {words or 'none'}"
        )
    told: dict[str, Any] = json.loads(done.stdout)
    if "error" in told:
        raise _PASSED_ON.get(told["error"]["kind"], JobFailed)(told["error"]["text"])
    return told


def _refused(rows: list[list[str]]) -> tuple[RefusedFile, ...]:
    return tuple(RefusedFile(path, reason) for path, reason in rows)

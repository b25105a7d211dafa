"""Backups of the embedded database: copied while it is in use, hourly, the last five kept."""

from __future__ import annotations

import sqlite3
import time
from datetime import UTC, datetime
from pathlib import Path

from labelgraft.errors import BadInput, WorkspaceMissing, WorkspaceUnwritable
from labelgraft.storage.database import Database
from labelgraft.storage.files import TORN, sync_file, sync_folder

KEPT = 5
HOURLY_SECONDS = 3600
DATABASE_NAME = "labelgraft.sqlite"
FOLDER_NAME = "backups"


def listed(root: Path) -> tuple[Path, ...]:
    """The backups of a workspace, oldest first; in the order they were made, whatever the clock said."""
    return tuple(sorted((root / FOLDER_NAME).glob("backup-*.sqlite")))


def make(database: Database, root: Path, *, note: str = "", kept: int = KEPT) -> Path | None:
    """Copy the database as it is now and delete all but the newest `kept` backups.

    note: becomes part of the name, such as "before-0002". None for a server's database: its own tools back
    it up.

    Raises: WorkspaceUnwritable; earlier backups are kept then.
    """
    if database.file is None or kept == 0:
        return None
    folder = root / FOLDER_NAME
    earlier = listed(root)
    number = int(earlier[-1].name.split("-")[1]) + 1 if earlier else 1
    stamp = datetime.now(UTC).strftime("%Y%m%dT%H%M%SZ")
    name = "-".join(part for part in (f"backup-{number:06d}", stamp, note) if part)
    target, beside = folder / f"{name}.sqlite", folder / f"{name}{TORN}"
    try:
        folder.mkdir(exist_ok=True)
        database.copy_to(beside)
        sync_file(beside)
        beside.replace(target)
        sync_folder(folder)
    except (OSError, sqlite3.Error) as error:
        beside.unlink(missing_ok=True)
        raise WorkspaceUnwritable(
            f"{target}: the backup cannot be written ({error}). The workspace itself is not affected. Make "
            "room on the disk."
        ) from error
    for old in listed(root)[:-kept]:
        old.unlink()
    return target


def make_if_due(
    database: Database, root: Path, *, every_seconds: float = HOURLY_SECONDS, kept: int = KEPT
) -> Path | None:
    """A backup if the newest one is older than `every_seconds`, or from the future."""
    earlier = listed(root)
    if earlier:
        age = time.time() - earlier[-1].stat().st_mtime
        if 0 <= age < every_seconds:
            return None
    return make(database, root, kept=kept)


def put_back(root: Path, chosen: Path | None = None) -> Path:
    """Put a backup (the newest, where none is named) in place of the database; gives the one used.

    The caller holds the workspace's lock. The files replaced are kept in a folder `replaced-...`.

    Raises: BadInput if that backup is not there; WorkspaceMissing if there is none.
    """
    there = listed(root)
    if not there:
        raise WorkspaceMissing(f"{root}: there is no backup in {root / FOLDER_NAME}. Nothing was changed.")
    backup = chosen or there[-1]
    if not backup.is_file():
        raise BadInput(f"{backup}: there is no such backup. Nothing was changed. There are: {names(root)}.")
    aside = root / f"replaced-{datetime.now(UTC).strftime('%Y%m%dT%H%M%S%fZ')}"
    aside.mkdir()
    beside = root / f"{DATABASE_NAME}{TORN}"
    beside.write_bytes(backup.read_bytes())
    sync_file(beside)
    for ending in ("-wal", "-shm", ""):
        path = root / f"{DATABASE_NAME}{ending}"
        if path.exists():
            path.rename(aside / path.name)
    beside.replace(root / DATABASE_NAME)
    sync_folder(root)
    return backup


def names(root: Path) -> str:
    """The backups' names, newest first, for a message."""
    return ", ".join(path.name for path in reversed(listed(root))) or "none"


def advice(root: Path) -> str:
    """What to do about a damaged database, in words."""
    there = listed(root)
    if not there:
        return "There is no backup yet. The damaged files were not changed."
    return (
        f"Backups in {root / FOLDER_NAME}, newest first: {names(root)}. `labelgraft restore` puts the newest "
        "in place and keeps the damaged files aside. Nothing was changed."
    )

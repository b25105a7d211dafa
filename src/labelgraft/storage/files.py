"""Files that are there whole or not at all."""

from __future__ import annotations

import os
import shutil
import uuid
from collections.abc import Callable, Collection, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import BinaryIO

from labelgraft.errors import WorkspaceUnwritable

TORN = ".part"
"""Ending of a file that is still being written; left over after a kill, swept at open."""


def write_atomically(path: Path, write: Callable[[BinaryIO], object]) -> None:
    """Write a file beside, bring it to the disk, then give it its name.

    Raises: WorkspaceUnwritable; no file of that name has appeared or changed then.
    """
    beside = path.with_name(f"{path.name}.{uuid.uuid4().hex[:8]}{TORN}")
    try:
        with beside.open("xb") as file:
            write(file)
            file.flush()
            os.fsync(file.fileno())
        beside.replace(path)
        sync_folder(path.parent)
    except OSError as error:
        beside.unlink(missing_ok=True)
        raise WorkspaceUnwritable(
            f"{path}: cannot be written ({error.strerror or error}). Nothing was changed. Make room on the "
            "disk or correct the permissions, and try again."
        ) from error


def sync_file(path: Path) -> None:
    """Bring a finished file to the disk."""
    with path.open("rb") as file:
        os.fsync(file.fileno())


def sync_folder(folder: Path) -> None:
    """Bring a folder's list of names to the disk, so that a new name survives a power cut."""
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def sync_files(files: Sequence[Path]) -> None:
    """Bring files and the names of their folders to the disk, all together: file systems join flushes that meet."""
    folders = {file.parent for file in files}
    with ThreadPoolExecutor(8) as threads:
        list(threads.map(sync_file, files))
        list(threads.map(sync_folder, folders))


def sweep_torn(folder: Path, leave: Collection[Path] = ()) -> int:
    """Delete files that a killed process left half-written, in all folders below; gives how many.

    leave: folders that are not entered, as names in them are not of our choosing.
    """
    count = 0
    for top, names, files in os.walk(folder):
        torn = [name for name in names if name.endswith(TORN)]  # a checkpoint is a folder
        for name in torn:
            shutil.rmtree(Path(top, name))
        names[:] = [name for name in names if name not in torn and Path(top, name) not in leave]
        for name in files:
            if name.endswith(TORN):
                Path(top, name).unlink(missing_ok=True)
                torn.append(name)
        count += len(torn)
    return count

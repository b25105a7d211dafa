"""One process per workspace: a lock that the system lets go when the process ends, however it ends."""

from __future__ import annotations

import fcntl
import json
import os
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from labelgraft.errors import WorkspaceLocked, WorkspaceUnwritable

LOCK_FILE = "labelgraft.lock"


class WorkspaceLock:
    """Held from creation until release; the file says who holds it."""

    def __init__(self, path: Path, *, address: str) -> None:
        """Take the lock.

        Raises: WorkspaceLocked with the holder's pid and address; WorkspaceUnwritable.
        """
        self._path = path
        try:
            self._file = os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o644)
        except OSError as error:
            raise WorkspaceUnwritable(
                f"{path.parent}: the workspace cannot be opened, as its folder cannot be written "
                f"({error.strerror}). Correct the permissions or choose another folder."
            ) from error
        try:
            fcntl.flock(self._file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError as error:
            holder = _read(self._file)
            os.close(self._file)
            raise WorkspaceLocked(
                str(path.parent),
                pid=int(holder.get("pid", 0)),
                address=str(holder.get("address", "just starting")),
            ) from error
        self.say(address)

    def say(self, address: str) -> None:
        """Tell others where this process can be reached."""
        started = datetime.now(UTC).isoformat(timespec="seconds")
        text = json.dumps({"pid": os.getpid(), "address": address, "started": started}).encode()
        try:
            os.ftruncate(self._file, 0)
            os.pwrite(self._file, text, 0)
        except OSError as error:
            os.close(self._file)
            raise WorkspaceUnwritable(
                f"{self._path}: cannot be written ({error.strerror}). Make room on the disk and try again."
            ) from error

    def release(self) -> None:
        """Let others in."""
        os.ftruncate(self._file, 0)
        os.close(self._file)


def _read(file: int) -> dict[str, Any]:
    try:
        found = json.loads(os.pread(file, 4096, 0))
    except ValueError:
        return {}
    return found if isinstance(found, dict) else {}


@dataclass(frozen=True, slots=True)
class Holder:
    """The process that has a workspace open."""

    pid: int
    address: str


def holder_of(folder: Path) -> Holder | None:
    """Who has the workspace in that folder open; None if nobody has. Takes no lock."""
    try:
        file = os.open(folder / LOCK_FILE, os.O_RDONLY | os.O_CLOEXEC)
    except FileNotFoundError:
        return None
    try:
        fcntl.flock(file, fcntl.LOCK_SH | fcntl.LOCK_NB)
    except BlockingIOError:
        found = _read(file)
        return Holder(int(found.get("pid", 0)), str(found.get("address", "just starting")))
    finally:
        os.close(file)
    return None

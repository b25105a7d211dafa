"""Which process runs a job, and whether it is still there."""

from __future__ import annotations

import os
import sys
from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True, slots=True)
class Owner:
    """A process: its pid, and when it was born, since a pid is given again to others.

    born: clock ticks since the machine started; empty where the system does not tell.
    """

    pid: int
    born: str

    def alive(self) -> bool:
        """Whether this very process still runs on this machine."""
        return _exists(self.pid) and _born(self.pid) == self.born


def this_process() -> Owner:
    """The process that asks."""
    return Owner(os.getpid(), _born(os.getpid()))


def _born(pid: int) -> str:
    try:
        text = Path(f"/proc/{pid}/stat").read_text()
    except OSError:
        return ""
    # The second field is the program's name in brackets and may hold spaces; the state is the first after it.
    fields = text.rpartition(")")[2].split()
    return "" if fields[0] in {"Z", "X"} else fields[19]


def _exists(pid: int) -> bool:
    if sys.platform == "win32":  # there os.kill(pid, 0) would end the process
        return _exists_on_windows(pid)
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        return True
    return True


def _exists_on_windows(pid: int) -> bool:
    import ctypes

    kernel = ctypes.windll.kernel32  # type: ignore[attr-defined,unused-ignore]
    handle = kernel.OpenProcess(0x1000, False, pid)  # PROCESS_QUERY_LIMITED_INFORMATION
    if handle:
        kernel.CloseHandle(handle)
    return bool(handle)

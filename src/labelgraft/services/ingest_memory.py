"""Bounds and measures the memory of a worker process."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path


def bound_memory(memory_bytes: int) -> None:
    """Let this process grow to about memory_bytes of resident memory, and not beyond: then MemoryError.

    RLIMIT_DATA and not RLIMIT_AS: networks map far more addresses than they use. Where the platform does not
    tell or enforce it (Windows, macOS), the limits on pixels and bytes are what bounds.
    """
    status = _memory_status()
    if status is None:
        return
    import resource

    resident, data = status
    hard = resource.getrlimit(resource.RLIMIT_DATA)[1]
    wanted = data + max(64_000_000, memory_bytes - resident)
    resource.setrlimit(resource.RLIMIT_DATA, (wanted if hard < 0 else min(wanted, hard), hard))


@contextmanager
def unbounded_memory() -> Iterator[None]:
    """Lift the bound for a while, so that a network can be loaded."""
    if _memory_status() is not None:
        import resource

        hard = resource.getrlimit(resource.RLIMIT_DATA)[1]
        resource.setrlimit(resource.RLIMIT_DATA, (hard, hard))
    yield


def resident_bytes() -> int:
    """The resident memory of this process now; 0 where the platform does not tell."""
    status = _memory_status()
    return 0 if status is None else status[0]


def _memory_status() -> tuple[int, int] | None:
    """Resident and data bytes of this process on Linux, else None."""
    fields = _linux_status()
    return None if fields is None else (_bytes(fields["VmRSS"]), _bytes(fields["VmData"]))


def _linux_status() -> dict[str, str] | None:
    status = Path("/proc/self/status")
    if not status.exists():
        return None
    return dict(line.split(":", 1) for line in status.read_text().splitlines() if ":" in line)


def _bytes(kilobytes: str) -> int:
    return int(kilobytes.split()[0]) * 1024


def peak_memory_bytes() -> int:
    """The most resident memory that this process ever had; 0 where the platform does not tell."""
    fields = _linux_status()
    if fields is not None:  # getrusage would count the process that started this one, before it became Python
        return _bytes(fields["VmHWM"])
    try:
        import resource
    except ImportError:
        return 0
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss  # bytes on macOS

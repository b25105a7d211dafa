"""Why a job stopped, in words."""

from __future__ import annotations

import errno
from concurrent.futures import BrokenExecutor

from labelgraft.errors import JobFailed, LabelgraftError, OutOfMemory
from labelgraft.jobs.records import JobStatus

_NO_ROOM = {errno.ENOSPC, errno.EDQUOT}


def explain(error: BaseException, status: JobStatus) -> LabelgraftError:
    """The error that the user sees: our own as it is, any other as a sentence and the place of its report."""
    if isinstance(error, LabelgraftError):
        return error
    again = f"What was finished is kept. Go on with: labelgraft jobs resume {status.number}"
    who = f"Job {status.number}, {status.title}, stopped"
    if isinstance(error, MemoryError):
        return OutOfMemory(
            f"{who}: the memory is full. {again} after closing other programs, or with fewer workers."
        )
    if isinstance(error, BrokenExecutor):
        return OutOfMemory(
            f"{who}: a worker process was ended from outside, most often because the memory is full. "
            f"{again} with fewer workers (LABELGRAFT_WORKERS)."
        )
    if isinstance(error, OSError) and error.errno in _NO_ROOM:
        return JobFailed(f"{who}: the disk is full. {again} after making room.")
    first_line = (str(error).strip().splitlines() or [""])[0]
    cause = f"{type(error).__name__}: {first_line}" if first_line else type(error).__name__
    return JobFailed(f"{who}: {cause}. {again}. The full report is in {status.log}")

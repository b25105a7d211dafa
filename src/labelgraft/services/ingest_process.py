"""One worker process seen from its parent: asked for shards, watched, ended when it hangs."""

from __future__ import annotations

import mmap
import os
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from labelgraft import errors
from labelgraft.errors import JobFailed, LabelgraftError
from labelgraft.services.ingest_messages import (
    Shard,
    ShardResult,
    read_message,
    result_from_message,
    shard_to_json,
    write_message,
)
from labelgraft.services.ingest_worker import NO_FILE, PROGRESS

SECONDS_WITHOUT_FILE = 600.0
"""How long loading a network or one of its calls may take."""

_PAUSE_SECONDS = 5.0

_PASSED_ON = {
    kind.__name__: kind
    for kind in (
        errors.BadInput,
        errors.BadSetting,
        errors.Unreachable,
        errors.MissingExtra,
        errors.BadFormat,
    )
}


class WorkerLost(Exception):
    """The worker ended while working on the file with this index (None: on no file)."""

    def __init__(self, index: int | None, *, hung: bool, code: int | None, last_words: str) -> None:
        super().__init__(last_words)
        self.index = index
        self.hung = hung
        self.code = code
        self.last_words = last_words


class WorkerProcess:
    """A running worker. work() belongs to one thread; look_after() and kill() may come from others."""

    def __init__(self, *, seconds_per_file: float, memory_bytes: int) -> None:
        self._seconds_per_file = seconds_per_file
        self._folder = tempfile.TemporaryDirectory(prefix="labelgraft-worker-")
        progress = Path(self._folder.name) / "progress"
        progress.write_bytes(PROGRESS.pack(0, NO_FILE))
        with progress.open("r+b") as file:
            self._progress = mmap.mmap(file.fileno(), PROGRESS.size)
        self._noise = Path(self._folder.name) / "stderr"
        arguments = [str(progress), str(seconds_per_file), str(memory_bytes)]
        with self._noise.open("ab") as noise, _no_interrupt():
            self._process = subprocess.Popen(
                [sys.executable, "-P", "-m", "labelgraft.services.ingest_worker", *arguments],
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=noise,
                env=_environment(),
            )
        self._busy = False
        self._hung = False
        self._last_step = -1
        self._last_step_at = self._last_look_at = time.monotonic()

    @property
    def process_id(self) -> int:
        """The process's number."""
        return self._process.pid

    def work(self, shard: Shard) -> ShardResult:
        """Send a shard and wait for its result.

        Raises: WorkerLost if the worker ended; the error that the worker met (network not to be had, ...).
        """
        if self._process.stdin is None or self._process.stdout is None:
            raise RuntimeError("started without pipes")
        self._last_step = -1  # the next look starts the clock
        self._busy = True
        try:
            write_message(self._process.stdin, shard_to_json(shard))
            message = read_message(self._process.stdout)
        except BrokenPipeError:
            message = None
        finally:
            self._busy = False
        if message is None:
            raise self._lost()
        header, blobs = message
        if "error" in header:
            raise _error(header["error"])
        return result_from_message(header["result"], blobs)

    def look_after(self) -> None:
        """End the process if it has been on one file for too long; a watching thread calls this regularly."""
        if not self._busy:
            return
        step, index = PROGRESS.unpack_from(self._progress, 0)
        now = time.monotonic()
        # A long pause between two looks means that this process was stopped too (Ctrl+Z): time did not count.
        if step != self._last_step or now - self._last_look_at > _PAUSE_SECONDS:
            self._last_step, self._last_step_at = step, now
        self._last_look_at = now
        limit = SECONDS_WITHOUT_FILE if index == NO_FILE else self._seconds_per_file
        if now - self._last_step_at > limit:
            self._hung = True
            self._process.kill()

    def kill(self) -> None:
        """End the process now."""
        self._process.kill()

    def close(self) -> None:
        """Let the process end (it does when its input closes), and clean up."""
        for pipe in (self._process.stdin, self._process.stdout):
            if pipe is not None:
                with suppress(BrokenPipeError):
                    pipe.close()
        try:
            self._process.wait(timeout=5)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()
        self._progress.close()
        self._folder.cleanup()

    def _lost(self) -> WorkerLost:
        self._process.kill()
        code = self._process.wait()
        index = PROGRESS.unpack_from(self._progress, 0)[1]
        words = self._noise.read_bytes()[-2000:].decode("utf-8", "replace").strip()
        return WorkerLost(None if index == NO_FILE else index, hung=self._hung, code=code, last_words=words)


@contextmanager
def _no_interrupt() -> Iterator[None]:
    """Ctrl+C reaches the whole group: a process begun in here never sees it, not even while it starts."""
    if not hasattr(signal, "pthread_sigmask"):
        yield
        return
    before = signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGINT})
    try:
        yield
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, before)


def _environment() -> dict[str, str]:
    """One thread per worker, there is one worker per core; the parent's module path; memory handed back."""
    single = dict.fromkeys(("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS"), "1")
    # glibc would keep the blocks of one large picture, and at the bound begin a second arena that it never
    # gives back; both would count against the next picture.
    memory = {
        "MALLOC_ARENA_MAX": "1",
        "MALLOC_MMAP_THRESHOLD_": "4194304",
        "MALLOC_TRIM_THRESHOLD_": "33554432",
    }
    path = os.pathsep.join(folder for folder in sys.path if folder)
    return {**os.environ, **single, **memory, "PYTHONPATH": path}


def _error(found: dict[str, str]) -> LabelgraftError:
    return _PASSED_ON.get(found["kind"], JobFailed)(found["text"])

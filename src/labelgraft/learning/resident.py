"""The resident process: a child kept warm, so that heavy libraries load and compile once.

One request at a time, from any thread. Whatever happens to the child (a crash, no memory, a cancel) ends that
request alone; the next one starts a fresh child. The child ends with its parent, however that ends.
"""

from __future__ import annotations

import atexit
import contextlib
import os
import pickle
import queue
import signal
import subprocess
import sys
import tempfile
import threading
from collections.abc import Callable
from types import TracebackType
from typing import IO, Any

from labelgraft.errors import BadSetting, JobCancelled, JobFailed, OutOfMemory
from labelgraft.learning.resident_child import Progressed, Raised, Request, Returned

ROOM = "labelgraft.learning."
POLL_SECONDS = 0.1
GOODBYE_SECONDS = 2.0
LAST_WORDS = 2_000
KILLED = 9
"""The signal that the system sends when memory runs out; not named on every system."""
START = "import os; from labelgraft.learning.resident_child import main; main(); os._exit(0)"
"""Without _exit, taking torch and numba down in order costs a second or two, for nothing."""


class Resident:
    """A warm child process that computes for this one.

    The child starts with the first call. Close it, or use it as a context manager; a program that forgets is
    cleaned up after when it exits.
    """

    def __init__(self) -> None:
        self._turn = threading.Lock()
        self._child: _Child | None = None
        self._cancel = threading.Event()
        self._closed = False
        atexit.register(self.close)

    def call(
        self,
        function: str,
        *args: Any,
        progress: Callable[[float, str], None] | None = None,
        cancelled: Callable[[], bool] | None = None,
        **kwargs: Any,
    ) -> Any:
        """What `function(*args, **kwargs)` returns, computed in the child; waits for its turn.

        Args:
            function: a public function of labelgraft.learning by its full name; arguments and value must
                pickle (arrays and our values do).
            progress: called in this thread with the share done and what is done, where the function reports.
            cancelled: asked ten times a second; True kills the child and raises JobCancelled.
        Raises: whatever LabelgraftError the function raises; JobCancelled; JobFailed for any other error and
            when the child crashes, OutOfMemory when it is killed as for lack of memory; BadSetting for a
            function of another room. Nothing is left half done: the child only computes.
        """
        _check_name(function)
        with self._turn:
            if self._closed:
                raise JobFailed(
                    "The resident process was closed; nothing was computed. Open the workspace again."
                )
            self._cancel.clear()
            child = self._child = self._living_child()
            try:
                return self._converse(child, Request(function, args, kwargs), progress, cancelled)
            except (_ChildGoneError, BrokenPipeError):
                raise child.obituary(function) from None
            finally:
                # A child in the middle of something would answer the next request with this one's reply.
                if child.busy:
                    child.kill()

    def cancel(self) -> None:
        """End the request under way, from any thread: its caller gets JobCancelled. Without one, nothing."""
        self._cancel.set()

    @property
    def is_busy(self) -> bool:
        """Whether a call would wait for its turn now."""
        return self._turn.locked()

    @property
    def pid(self) -> int | None:
        """The child's process number; None before the first call and after its end."""
        child = self._child
        return child.process.pid if child and child.alive else None

    def close(self) -> None:
        """Cancel what is under way and end the child; may be called again."""
        self._closed = True
        self._cancel.set()
        atexit.unregister(self.close)
        with self._turn:
            if self._child:
                self._child.end()
                self._child = None

    def __enter__(self) -> Resident:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def _living_child(self) -> _Child:
        if self._child and self._child.alive:
            return self._child
        if self._child:
            self._child.kill()
        return _Child()

    def _converse(
        self,
        child: _Child,
        request: Request,
        progress: Callable[[float, str], None] | None,
        cancelled: Callable[[], bool] | None,
    ) -> Any:
        child.send(request)
        while True:
            reply = child.reply(POLL_SECONDS)
            if isinstance(reply, Returned):
                return reply.value
            if isinstance(reply, Raised):
                reply.error.add_note(reply.trace)
                raise reply.error
            if isinstance(reply, Progressed) and progress:
                progress(reply.share, reply.doing)
            if self._cancel.is_set() or (cancelled and cancelled()):
                raise JobCancelled(f"{request.function} was stopped on request. Nothing was changed.")


def _check_name(function: str) -> None:
    """Raises BadSetting unless it names a public function of the learning room."""
    parts = function.split(".")
    if not function.startswith(ROOM) or len(parts) < 4 or any(not p or p.startswith("_") for p in parts):
        raise BadSetting(
            f"{function!r} cannot run in the resident process: expected a public function of "
            f"{ROOM.rstrip('.')} by its full name, as in {ROOM}projection.first_round. Nothing was computed."
        )


class _ChildGoneError(Exception):
    """The child closed its end of the pipe."""


class _Child:
    """The process, its pipes, and the thread that reads its replies."""

    def __init__(self) -> None:
        self.busy = False
        self._log: IO[bytes] = tempfile.TemporaryFile()  # noqa: SIM115  closed in kill
        # The parent's path, so that the child finds the same package; -P keeps the current folder out of it.
        environment = {**os.environ, "PYTHONPATH": os.pathsep.join(path for path in sys.path if path)}
        self.process = subprocess.Popen(
            [sys.executable, "-P", "-c", START],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=self._log,
            env=environment,
            start_new_session=True,  # Ctrl+C in the terminal is for the parent to answer
        )
        self._replies: queue.Queue[Progressed | Returned | Raised | None] = queue.Queue()
        self._reader = threading.Thread(target=self._read, name="labelgraft resident replies", daemon=True)
        self._reader.start()

    @property
    def alive(self) -> bool:
        return self.process.poll() is None

    def send(self, request: Request) -> None:
        assert self.process.stdin
        self.busy = True
        pickle.dump(request, self.process.stdin, protocol=pickle.HIGHEST_PROTOCOL)
        self.process.stdin.flush()

    def reply(self, timeout: float) -> Progressed | Returned | Raised | None:
        """The next reply; None when none came in time. Raises _ChildGoneError when there will be none."""
        try:
            message = self._replies.get(timeout=timeout)
        except queue.Empty:
            return None
        if message is None:
            raise _ChildGoneError
        self.busy = isinstance(message, Progressed)
        return message

    def obituary(self, function: str) -> JobFailed:
        """Why the child is gone, in words."""
        with contextlib.suppress(subprocess.TimeoutExpired):
            self.process.wait(GOODBYE_SECONDS)
        self.kill()
        code = self.process.returncode
        if code == -KILLED:
            return OutOfMemory(
                f"The process computing {function} was killed by the system, most likely because "
                "memory ran out. Nothing was changed. Close other programs, or take fewer images."
            )
        end = signal.strsignal(-code) if code < 0 else f"exit code {code}"
        error = JobFailed(
            f"The process computing {function} ended by itself ({end}). Nothing was changed. Try again; "
            "if it happens again, please report it with the log."
        )
        error.add_note(self._last_words)
        return error

    def end(self) -> None:
        """Ask it to go, by closing its input; kill it when it does not."""
        assert self.process.stdin
        with contextlib.suppress(BrokenPipeError):
            self.process.stdin.close()
        with contextlib.suppress(subprocess.TimeoutExpired):
            self.process.wait(GOODBYE_SECONDS)
        self.kill()

    def kill(self) -> None:
        """End it now and leave nothing behind: no zombie, no open pipe, no thread."""
        if self._log.closed:
            return
        self.process.kill()
        self.process.wait()
        self._reader.join()
        for pipe in (self.process.stdin, self.process.stdout):
            if pipe:
                with contextlib.suppress(BrokenPipeError):
                    pipe.close()
        self._log.seek(max(0, self._log.seek(0, os.SEEK_END) - LAST_WORDS))
        self._last_words = self._log.read().decode(errors="replace")
        self._log.close()
        self.busy = False

    def _read(self) -> None:
        assert self.process.stdout
        # A reply cut off by the child's end is as good as none.
        try:
            with contextlib.suppress(EOFError, pickle.UnpicklingError, OSError):
                while True:
                    self._replies.put(pickle.load(self.process.stdout))  # noqa: S301  our own child's
        finally:
            self._replies.put(None)

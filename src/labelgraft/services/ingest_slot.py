"""The place of one worker process in the pool."""

from __future__ import annotations

import threading
from concurrent.futures import Future
from dataclasses import dataclass, field, replace

from labelgraft.domain.image import RefusedFile
from labelgraft.errors import JobCancelled, JobFailed
from labelgraft.services.ingest_messages import NetworkChoice, Shard, ShardResult
from labelgraft.services.ingest_process import WorkerLost, WorkerProcess


@dataclass(slots=True)
class Task:
    """A shard that waits for a worker, and who waits for its result."""

    shard: Shard
    future: Future[ShardResult] = field(default_factory=Future)


class Slot:
    """The place of one worker: starts it, starts it again when it was lost, and redoes its shard.

    begun: its first task, which loads the pool's network.
    """

    def __init__(
        self,
        network: NetworkChoice | None,
        seconds_per_file: float,
        memory_bytes: int,
        closing: threading.Event,
    ) -> None:
        self.begun = Task(Shard((), network=network))
        self._seconds_per_file = seconds_per_file
        self._memory_bytes = memory_bytes
        self._closing = closing
        self._lock = threading.Lock()
        self._process: WorkerProcess | None = None

    def work_out(self, shard: Shard) -> ShardResult:
        """A shard's result, with the files that had to be given up refused.

        A crash is forgiven once per file, and twice outside files: the machine may have run out of memory by
        other programs.
        """
        given_up: dict[str, str] = {}
        crashed: dict[str | None, int] = {}
        while True:
            paths = tuple(path for path in shard.paths if path not in given_up)
            try:
                result = self._running().work(replace(shard, paths=paths))
            except WorkerLost as lost:
                self.close()
                path = None if lost.index is None else paths[lost.index]
                crashed[path] = crashed.get(path, 0) + 1
                self._give_up(given_up, path, lost, crashed[path])
                continue
            return result.with_refused([RefusedFile(path, reason) for path, reason in given_up.items()])

    def _give_up(self, given_up: dict[str, str], path: str | None, lost: WorkerLost, times: int) -> None:
        if self._closing.is_set():
            raise JobCancelled("The workers were stopped. Nothing of this shard was kept.")
        if lost.code == 1 or (path is None and times == 3):
            words = lost.last_words or "nothing"
            raise JobFailed(
                f"A worker process ended with code {lost.code}. Shards finished before are kept. "
                f"Its last words were: {words}"
            )
        if path is not None and lost.hung:
            given_up[path] = f"took longer than {self._seconds_per_file:g} s to decode"
        elif path is not None and times == 2:
            given_up[path] = "crashed the decoder twice"

    def _running(self) -> WorkerProcess:
        with self._lock:
            if self._closing.is_set():
                raise JobCancelled("The workers were stopped. Nothing of this shard was kept.")
            if self._process is None:
                self._process = WorkerProcess(
                    seconds_per_file=self._seconds_per_file, memory_bytes=self._memory_bytes
                )
            return self._process

    def process_id(self) -> int | None:
        """The worker's process, None while there is none."""
        with self._lock:
            return None if self._process is None else self._process.process_id

    def look_after(self) -> None:
        """End the worker if it hangs."""
        with self._lock:
            if self._process is not None:
                self._process.look_after()

    def kill(self) -> None:
        """End the worker now."""
        with self._lock:
            if self._process is not None:
                self._process.kill()

    def close(self) -> None:
        """Clean up behind the worker."""
        with self._lock:
            if self._process is not None:
                self._process.close()
            self._process = None

"""A pool of worker processes through which every image file goes.

    with IngestPool(network=choice) as pool:
        for shard, result in pool.run(shards):
            ...

A file that hangs or crashes its decoder costs that file: its worker is ended and started again, the file is
refused with the reason, and the rest of its shard is done.
"""

from __future__ import annotations

import os
import queue
import threading
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import FIRST_COMPLETED, Future, wait
from dataclasses import replace
from pathlib import Path
from types import TracebackType

from labelgraft.domain.backbone import Library
from labelgraft.errors import JobCancelled, LabelgraftError
from labelgraft.services.ingest_messages import NetworkChoice, NetworkFacts, Shard, ShardResult
from labelgraft.services.ingest_slot import Slot, Task

SECONDS_PER_FILE = 60.0
"""Default for the longest that one file may take; 100 megapixels of PNG take about 3 s on a free core."""

MEMORY_BYTES = 1_400_000_000
"""Default bound on a worker's resident memory, network included."""

CONVERTED = frozenset({Library.TIMM, Library.TORCHVISION})
"""Networks that are converted before they run; only these have something to keep."""

_WATCH_SECONDS = 0.25


def cores() -> int:
    """How many cores this process may use."""
    affinity = getattr(os, "sched_getaffinity", None)
    return len(affinity(0)) if affinity is not None else os.cpu_count() or 1


class IngestPool:
    """Worker processes, one per core, that turn shards of files into records, thumbnails and embeddings.

    Safe to use from several threads, also for jobs with different networks: each shard names its own, has its own
    future, and workers keep the last few networks loaded.

    Args:
        workers: processes; by default one per core.
        network: loaded by every worker at its start.
        cache_folder: where converted networks are kept. The first worker that meets a network then loads it alone and
            fills the folder, and the others load it in a second where a conversion takes ten.
        seconds_per_file: a file that takes longer is refused.
        memory_bytes: resident memory of one worker; a file that needs more is refused.
    """

    def __init__(
        self,
        *,
        workers: int | None = None,
        network: NetworkChoice | None = None,
        cache_folder: Path | None = None,
        seconds_per_file: float = SECONDS_PER_FILE,
        memory_bytes: int = MEMORY_BYTES,
    ) -> None:
        self.workers = workers or cores()
        self._cache_folder = cache_folder
        self._tasks: queue.SimpleQueue[Task | None] = queue.SimpleQueue()
        self._closing = threading.Event()
        self._guard = threading.Lock()
        self._met: dict[NetworkChoice, threading.Event] = {}
        self._facts: dict[NetworkChoice, NetworkFacts] = {}
        slots, network = range(self.workers), self._cached(network)
        self._slots = [Slot(network, seconds_per_file, memory_bytes, self._closing) for _ in slots]
        self._threads = [
            threading.Thread(target=self._attend, args=(slot,), daemon=True) for slot in self._slots
        ]
        self._watcher = threading.Thread(target=self._watch, daemon=True)
        for thread in (*self._threads, self._watcher):
            thread.start()

    def __enter__(self) -> IngestPool:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def wait_until_ready(self) -> NetworkFacts | None:
        """Wait until every worker has started and loaded the pool's network; what it says of itself.

        Raises: what kept a worker from starting: Unreachable, MissingExtra, JobFailed, ...
        """
        results = [slot.begun.future.result() for slot in self._slots]
        return results[0].network

    def facts(self, network: NetworkChoice) -> NetworkFacts:
        """What a network says of itself, loaded for that by the next free worker if none has met it.

        Raises: Unreachable, MissingExtra, JobFailed, ... if it cannot be had; JobCancelled if the pool is closed.
        """
        known = self._facts.get(network)
        if known is None:
            known = self.submit(Shard((), network=network)).result().network
            if known is None:
                raise RuntimeError("a shard with a network came back without its facts")
            self._facts[network] = known
        return known

    def process_ids(self) -> tuple[int, ...]:
        """The worker processes that run now."""
        return tuple(pid for slot in self._slots if (pid := slot.process_id()) is not None)

    def submit(self, shard: Shard) -> Future[ShardResult]:
        """Queue a shard. Its future may be cancelled while it waits.

        The future raises JobCancelled if the pool is closed meanwhile, JobFailed if workers keep ending
        outside any file, or what the network raised while loading.
        """
        task = Task(replace(shard, network=self._cached(shard.network)))
        if self._closing.is_set():
            task.future.set_exception(
                JobCancelled("The workers were stopped. Nothing of this shard was kept.")
            )
        else:
            self._tasks.put(task)
        return task.future

    def _cached(self, network: NetworkChoice | None) -> NetworkChoice | None:
        if network is None or self._cache_folder is None or network.backbone.library not in CONVERTED:
            return network
        return replace(network, cache_folder=str(self._cache_folder))

    def run(
        self, shards: Iterable[Shard], *, stop: Callable[[], bool] = lambda: False
    ) -> Iterator[tuple[Shard, ShardResult]]:
        """Work through shards and give each with its result as it finishes.

        Only two shards per worker are under way, so that results do not pile up. After stop() says so, no
        shard is begun; those under way are finished and given. Errors are those of submit.
        """
        coming = iter(shards)
        under_way: dict[Future[ShardResult], Shard] = {}
        try:
            while True:
                self._fill(under_way, coming, stop)
                if not under_way:
                    return
                finished, _ = wait(under_way, timeout=_WATCH_SECONDS, return_when=FIRST_COMPLETED)
                for future in finished:
                    yield under_way.pop(future), future.result()
        finally:
            for future in under_way:
                future.cancel()

    def _fill(
        self, under_way: dict[Future[ShardResult], Shard], coming: Iterator[Shard], stop: Callable[[], bool]
    ) -> None:
        while len(under_way) < 2 * self.workers and not stop():
            shard = next(coming, None)
            if shard is None:
                return
            under_way[self.submit(shard)] = shard

    def close(self) -> None:
        """End the workers now; shards not yet finished raise JobCancelled. May be called again."""
        self._closing.set()
        for slot in self._slots:
            slot.kill()
            self._tasks.put(None)
        for thread in (*self._threads, self._watcher):
            thread.join()
        self._cancel_waiting()

    def _cancel_waiting(self) -> None:
        while True:
            try:
                task = self._tasks.get_nowait()
            except queue.Empty:
                return
            if task is not None and task.future.set_running_or_notify_cancel():
                task.future.set_exception(
                    JobCancelled("The workers were stopped before this shard was begun.")
                )

    def _attend(self, slot: Slot) -> None:
        """One thread per worker: hands it shards, one at a time."""
        self._finish(slot.begun, slot)
        while (task := self._tasks.get()) is not None and not self._closing.is_set():
            self._finish(task, slot)
        if task is not None:
            self._tasks.put(task)
        slot.close()

    def _finish(self, task: Task, slot: Slot) -> None:
        future = task.future
        if not future.set_running_or_notify_cancel():
            return
        try:
            self._introduce(slot, task.shard.network)
            future.set_result(slot.work_out(task.shard))
        except LabelgraftError as error:
            future.set_exception(error)
        except Exception as error:  # noqa: BLE001  a thread that died in silence would leave the caller waiting
            future.set_exception(error)

    def _introduce(self, slot: Slot, network: NetworkChoice | None) -> None:
        """Let the first worker that meets a network convert it alone; the others wait for that."""
        if network is None or network.cache_folder is None:
            return
        with self._guard:
            is_new = network not in self._met
            over = self._met.setdefault(network, threading.Event())
        if not is_new:
            over.wait()
            return
        try:
            slot.work_out(Shard((), network=network))
        except BaseException:
            with self._guard:
                del self._met[network]  # the next one tries again
            raise
        finally:
            over.set()

    def _watch(self) -> None:
        while not self._closing.wait(_WATCH_SECONDS):
            for slot in self._slots:
                slot.look_after()

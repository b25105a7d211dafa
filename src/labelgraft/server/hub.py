"""Tells every open stream what happens in the workspace. One look serves all of them; without a stream nobody looks."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from dataclasses import dataclass

from labelgraft import __version__
from labelgraft.domain.ids import OperationId
from labelgraft.errors import LabelgraftError
from labelgraft.server.errors import log
from labelgraft.server.schemas.base import Schema
from labelgraft.server.schemas.events import Hello, event_of
from labelgraft.server.schemas.jobs import job_of
from labelgraft.workbench.front_door import Workbench
from labelgraft.workbench.watch import OperationSeen, Watch

LOOK_SECONDS = 0.25
"""How often to look while somebody listens; a look costs a few milliseconds."""
LONGEST_QUEUE = 2_000
"""Events that wait for a slow reader. One that falls further behind is hung up on, and comes back by itself."""


@dataclass(frozen=True, slots=True)
class Event:
    """One event. number: of the newest operation told so far, from which a reader can go on."""

    name: str
    data: Schema
    number: int


class Hub:
    """Belongs to one event loop; only `close` may be called from elsewhere."""

    def __init__(self, bench: Workbench) -> None:
        self._bench = bench
        self._listeners: set[asyncio.Queue[Event | None]] = set()
        self._looking: asyncio.Task[None] | None = None
        self._loop: asyncio.AbstractEventLoop | None = None
        self._watch: Watch | None = None
        self._turn = asyncio.Lock()
        self._closed = False

    async def listen(self, last: int | None) -> AsyncIterator[Event]:
        """Hello, what was missed since `last`, then everything as it happens, until the hub closes."""
        self._loop = asyncio.get_running_loop()
        queue: asyncio.Queue[Event | None] = asyncio.Queue(LONGEST_QUEUE)
        try:
            for told_first in await self._join(queue, last):
                yield told_first
            while not self._closed:
                told = await queue.get()
                if told is None:
                    return
                yield told
        finally:
            self._listeners.discard(queue)

    def close(self) -> None:
        """End every stream; from any thread, also from within a signal."""
        self._closed = True
        if self._loop is not None and not self._loop.is_closed():
            self._loop.call_soon_threadsafe(self._hang_up)

    async def _join(self, queue: asyncio.Queue[Event | None], last: int | None) -> list[Event]:
        async with self._turn:  # between two looks, so that nothing is told twice and nothing is left out
            if self._watch is None or not self._listeners:
                self._watch = await asyncio.to_thread(self._bench.watch)
            watch = self._watch
            missed = [] if last is None else await asyncio.to_thread(watch.since, OperationId(last))
            running = await asyncio.to_thread(watch.running)
            self._listeners.add(queue)
        if self._looking is None or self._looking.done():
            self._looking = asyncio.create_task(self._look())
        number = int(watch.operation_id)
        hello = Hello(
            version=__version__,
            operation_id=number,
            complete=missed is not None,
            jobs=[job_of(each) for each in running],
        )
        return [Event("hello", hello, number), *(event(each) for each in missed or ())]

    async def _look(self) -> None:
        while self._listeners and not self._closed:
            await asyncio.sleep(LOOK_SECONDS)
            async with self._turn:
                if self._watch is None or not self._listeners:
                    continue
                try:
                    seen = await asyncio.to_thread(self._watch.look)
                except (
                    LabelgraftError,
                    OSError,
                ) as error:  # a full disk, a database that is away: look again later
                    log.warning("looking for changes: %s", error)
                    continue
                number = int(self._watch.operation_id)
                for each in seen:
                    told = event(each) if isinstance(each, OperationSeen) else Event(*event_of(each), number)
                    self._tell(told)

    def _tell(self, told: Event) -> None:
        for queue in list(self._listeners):
            try:
                queue.put_nowait(told)
            except asyncio.QueueFull:
                self._listeners.discard(queue)
                queue.get_nowait()
                queue.put_nowait(None)

    def _hang_up(self) -> None:
        for queue in list(self._listeners):
            if queue.full():
                queue.get_nowait()
            queue.put_nowait(None)


def event(seen: OperationSeen) -> Event:
    """An operation as an event."""
    return Event(*event_of(seen), int(seen.operation.id))

"""A server that listens for real, in a thread of the test."""

from __future__ import annotations

import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

import httpx2

from labelgraft.server.app import make_app
from labelgraft.server.options import ServerOptions
from labelgraft.server.start import Server, listening
from labelgraft.workbench.front_door import Workbench


@dataclass(frozen=True)
class Running:
    """Where it listens, and a client with the program token."""

    address: str
    client: httpx2.Client
    server: Server
    options: ServerOptions


@contextmanager
def run_server(bench: Workbench, options: ServerOptions) -> Iterator[Running]:
    """Serve a workspace on a free port until the block ends."""
    server = Server(make_app(bench, options))
    ready = threading.Event()
    server.when_ready = ready.set
    with listening(0) as listener:
        address = f"http://127.0.0.1:{listener.getsockname()[1]}"
        thread = threading.Thread(target=server.run, kwargs={"sockets": [listener]})
        thread.start()
        try:
            assert ready.wait(10)
            headers = {"Authorization": f"Bearer {options.program_token}"}
            with httpx2.Client(base_url=address, headers=headers, timeout=10) as client:
                yield Running(address, client, server, options)
        finally:
            server.stop()
            thread.join(20)
            assert not thread.is_alive()


@dataclass(frozen=True)
class Told:
    """One event of a stream."""

    name: str
    number: str
    data: dict[str, Any]


class Stream:
    """The events of an open stream, one after the other."""

    def __init__(self, lines: Iterator[str]) -> None:
        self._lines = lines

    def __iter__(self) -> Iterator[Told]:
        parts: dict[str, str] = {}
        for line in self._lines:
            if line and not line.startswith(":"):
                name, _, value = line.partition(": ")
                parts[name] = value
            elif not line and "event" in parts:
                yield Told(parts["event"], parts["id"], json.loads(parts["data"]))
                parts = {}

    def next(self, name: str) -> Told:
        """The next event of that name; others are passed over."""
        return next(each for each in self if each.name == name)


@contextmanager
def stream_of(running: Running, last: str | None = None) -> Iterator[Stream]:
    """Listen to what happens."""
    headers = {} if last is None else {"Last-Event-ID": last}
    with running.client.stream("GET", "/api/v1/events", headers=headers) as answer:
        assert answer.status_code == 200
        assert answer.headers["content-type"].startswith("text/event-stream")
        yield Stream(answer.iter_lines())

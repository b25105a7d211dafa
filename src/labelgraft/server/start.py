"""Starts the server: the address first, then the workspace, then the work that waits."""

from __future__ import annotations

import contextlib
import logging
import logging.handlers
import os
import socket
import threading
import webbrowser
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from types import FrameType

import uvicorn
from fastapi import FastAPI

from labelgraft.errors import BadSetting, JobCancelled, LabelgraftError
from labelgraft.server.app import make_app
from labelgraft.server.options import ServerOptions
from labelgraft.server.patience import PatientProtocol
from labelgraft.server.sessions import write_secret
from labelgraft.workbench import front_door
from labelgraft.workbench.door import TOKEN_FILE
from labelgraft.workbench.front_door import Workbench

HOST = "127.0.0.1"
PORT = 8765
TRIED_PORTS = 20
"""Where no port was asked for, so many are tried, one after the other."""
KEEP_ALIVE_SECONDS = 30
GOODBYE_SECONDS = 5
MOST_CONNECTIONS = 256
HEADER_BYTES = 32 * 1024

Tell = Callable[[str], None]

log = logging.getLogger("labelgraft.server")


@dataclass(frozen=True, slots=True)
class Start:
    """How to start.

    folder: the workspace; None for the one of the settings. host: only this machine's own. port: None for the first free
    one from PORT on. roots: folders from which images may be imported. prepare: quick work before the first page, gives that
    page's path. begin: long work behind it.
    """

    folder: Path | None
    host: str = HOST
    port: int | None = None
    roots: Sequence[Path] = ()
    open_browser: bool = True
    prepare: Callable[[Workbench], str] | None = None
    begin: Callable[[Workbench], None] | None = None


def serve(start: Start, tell: Tell) -> None:
    """Serve a workspace until Ctrl+C.

    Raises: BadSetting for a host that is not this machine, or a port that is taken; whatever opening a workspace raises.
    """
    check_host(start.host)
    with listening(start.port) as listener:
        address = f"http://{HOST}:{listener.getsockname()[1]}"
        with front_door.open(start.folder, create=True, address=address) as bench:
            _serve_open(bench, start, listener, address, tell)


def _serve_open(bench: Workbench, start: Start, listener: socket.socket, address: str, tell: Tell) -> None:
    options = ServerOptions(roots=tuple(root.resolve() for root in start.roots))
    app = make_app(bench, options)
    page = "" if start.prepare is None else f"&to={start.prepare(bench)}"
    link = f"{address}/start?token={options.start_token}{page}"
    with log_file(bench.folder), token_file(bench.folder, options.program_token):
        server = Server(app)

        def ready() -> None:
            tell(
                f"Labelgraft is at {link}\nIt works in {bench.folder}. Stop with Ctrl+C; what is finished is kept."
            )
            show(link, start.open_browser)
            threading.Thread(target=begin_work, args=(bench, start.begin), daemon=True, name="begin").start()

        server.when_ready = ready
        server.run(sockets=[listener])
        tell("Stopping; what is finished is kept.")


class Server(uvicorn.Server):
    """Uvicorn, told apart where it must be: streams end when the server does, and nothing is printed."""

    def __init__(self, app: FastAPI) -> None:
        config = uvicorn.Config(
            app, log_config=None, access_log=False, ws="none", http=PatientProtocol, loop="asyncio", proxy_headers=False,
            server_header=False, timeout_keep_alive=KEEP_ALIVE_SECONDS, limit_concurrency=MOST_CONNECTIONS,
            timeout_graceful_shutdown=GOODBYE_SECONDS, h11_max_incomplete_event_size=HEADER_BYTES,
        )  # fmt: skip
        super().__init__(config)
        self._app = app
        self.when_ready: Callable[[], None] = lambda: None

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        """Begin to answer."""
        await super().startup(sockets)
        self.when_ready()

    def stop(self) -> None:
        """End, from any thread: streams that would never end are ended."""
        self._app.state.hub.close()
        self.should_exit = True

    def handle_exit(self, sig: int, frame: FrameType | None) -> None:
        """Ctrl+C, or a signal to end; the second Ctrl+C waits for nobody."""
        self._app.state.hub.close()
        super().handle_exit(sig, frame)
        self._captured_signals.clear()  # an end that was asked for is no error


def begin_work(bench: Workbench, begin: Callable[[Workbench], None] | None) -> None:
    """What goes on behind the first page: what the start asked for, interrupted jobs, vectors, the warm compute process."""
    try:
        bench.resume_interrupted()
        bench.make_ready()
        if begin is not None:
            begin(bench)
        if bench.settings.warm_up:
            bench.warm_up()
    except JobCancelled:
        return  # the server ended meanwhile
    except LabelgraftError as error:
        log.warning("at the start: %s", error)


def check_host(host: str) -> None:
    """Raises BadSetting for any address but this machine's own."""
    if host not in {HOST, "localhost"}:
        raise BadSetting(
            f"--host {host}: this version serves this machine alone, as it has no accounts yet. Nothing was started. "
            f"Leave --host out; from another machine go through ssh: ssh -L {PORT}:{HOST}:{PORT} THIS_MACHINE"
        )


@contextlib.contextmanager
def listening(port: int | None) -> Iterator[socket.socket]:
    """A socket that listens on this machine alone. Raises BadSetting if the port that was asked for is taken."""
    wanted = range(PORT, PORT + TRIED_PORTS) if port is None else (port,)
    for number in wanted:
        # Only where the protocol is named does asyncio send small answers at once; else each waits 40 ms for company.
        listener = socket.socket(socket.AF_INET, socket.SOCK_STREAM, socket.IPPROTO_TCP)
        if os.name == "posix":  # a port that was just left is free again
            listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            listener.bind((HOST, number))
            listener.listen(128)
        except OSError:
            listener.close()
            continue
        with listener:
            yield listener
        return
    which = f"port {port} is" if port is not None else f"the ports {PORT} to {PORT + TRIED_PORTS - 1} are"
    raise BadSetting(f"On this machine {which} taken. Nothing was started. Choose another one: --port NUMBER")


@contextlib.contextmanager
def token_file(folder: Path, token: str) -> Iterator[None]:
    """While the server runs, a file that only its owner may read says what programs send to be let in."""
    path = folder / TOKEN_FILE
    write_secret(path, token)
    try:
        yield
    finally:
        path.unlink(missing_ok=True)


@contextlib.contextmanager
def log_file(folder: Path) -> Iterator[None]:
    """Errors that nobody foresaw go to a file of the workspace; no request and no secret is written there."""
    handler = logging.handlers.RotatingFileHandler(
        folder / "server.log", maxBytes=2_000_000, backupCount=2, encoding="utf-8", delay=True
    )
    handler.setFormatter(logging.Formatter("%(asctime)s %(levelname)s %(name)s %(message)s"))
    loggers = [logging.getLogger("labelgraft.server"), logging.getLogger("uvicorn.error")]
    for each in loggers:
        each.addHandler(handler)
        each.propagate = False
        each.setLevel(logging.WARNING)
    try:
        yield
    finally:
        for each in loggers:
            each.removeHandler(handler)
        handler.close()


def show(link: str, wanted: bool) -> None:
    """Open the address in a browser, where there is one; the terminal has it in any case."""
    if wanted:
        threading.Thread(target=webbrowser.open, args=(link,), daemon=True, name="browser").start()

"""How commands start the server, or meet the one that runs already."""

from __future__ import annotations

import gc
import importlib
import webbrowser
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeAlias

import click

from labelgraft.cli.output import Output

if TYPE_CHECKING:
    from labelgraft.remote.bench import RemoteWorkbench
    from labelgraft.workbench.door import Door
    from labelgraft.workbench.front_door import Workbench

    AnyBench: TypeAlias = Workbench | RemoteWorkbench

SERVER = "labelgraft.server.start"
"""The server and the terminal do not know each other, but for this name."""


def serve_workspace(
    output: Output, folder: Path | None, *, port: int | None = None, host: str = "127.0.0.1",
    roots: Sequence[Path] = (), browser: bool = True, prepare: Callable[[AnyBench], str] | None = None,
    begin: Callable[[AnyBench], None] | None = None,
) -> None:  # fmt: skip
    """Serve until Ctrl+C. Where a server has the workspace open already, show that one instead.

    prepare: quick work before the first page, gives the page's path. begin: long work behind it.
    """
    from labelgraft.workbench.door import door_of

    door = door_of(folder)
    if door is not None:
        use_running(output, door, browser=browser, prepare=prepare, begin=begin)
        return
    gc.disable()  # what is loaded now stays: looking for rubbish in it costs a tenth of the start
    start: Any = importlib.import_module(SERVER)
    gc.freeze()
    gc.enable()
    wanted = start.Start(
        folder, host=host, port=port, roots=roots, open_browser=browser, prepare=prepare, begin=begin
    )
    start.serve(wanted, lambda text: tell(output, text))


def use_running(
    output: Output, door: Door, *, browser: bool, prepare: Callable[[AnyBench], str] | None,
    begin: Callable[[AnyBench], None] | None,
) -> None:  # fmt: skip
    """Do through the server that runs what would have been done by a new one; it must be allowed to read the folder."""
    from labelgraft.remote.connect import connect_to

    with connect_to(door) as remote:
        page = "" if prepare is None else f"&to={prepare(remote)}"
        link = remote.new_link() + page
        tell(output, f"The workspace is served already. Open {link}")
        if browser:
            webbrowser.open(link)
        if begin is not None:
            begin(remote)


def tell(output: Output, text: str) -> None:
    """Say something at once, also where nobody sits at a terminal."""
    output.result({"message": text}, lambda: click.echo(text))

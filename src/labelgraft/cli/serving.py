"""How commands start the server, or meet the one that runs already."""

from __future__ import annotations

import gc
import importlib
import webbrowser
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from labelgraft.cli.output import Output
from labelgraft.errors import WorkspaceLocked

if TYPE_CHECKING:
    from labelgraft.workbench.front_door import Workbench

SERVER = "labelgraft.server.start"
"""The server and the terminal do not know each other, but for this name."""


def serve_workspace(
    output: Output, folder: Path | None, *, port: int | None = None, host: str = "127.0.0.1",
    roots: Sequence[Path] = (), browser: bool = True, prepare: Callable[[Workbench], str] | None = None,
    begin: Callable[[Workbench], None] | None = None,
) -> None:  # fmt: skip
    """Serve until Ctrl+C. Where a server has the workspace open already, show that one instead.

    prepare: quick work before the first page, gives the page's path. begin: long work behind it.
    """
    gc.disable()  # what is loaded now stays: looking for rubbish in it costs a tenth of the start
    start: Any = importlib.import_module(SERVER)
    gc.freeze()
    gc.enable()
    wanted = start.Start(
        folder, host=host, port=port, roots=roots, open_browser=browser, prepare=prepare, begin=begin
    )
    try:
        start.serve(wanted, lambda text: tell(output, text))
    except WorkspaceLocked as error:
        if not show_running(output, folder, browser=browser):
            raise error from None


def show_running(output: Output, folder: Path | None, *, browser: bool) -> bool:
    """Print and open a fresh address of the server that has the workspace open; False where none has."""
    from labelgraft.remote.connect import connect_to
    from labelgraft.workbench.door import door_of

    door = door_of(folder)
    if door is None:
        return False
    with connect_to(door) as remote:
        link = remote.new_link()
    tell(output, f"The workspace is served already. Open {link}")
    if browser:
        webbrowser.open(link)
    return True


def tell(output: Output, text: str) -> None:
    """Say something at once, also where nobody sits at a terminal."""
    output.result({"message": text}, lambda: click.echo(text))

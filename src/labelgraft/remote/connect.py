"""Finds the way to a running server."""

from __future__ import annotations

from labelgraft.errors import BadSetting
from labelgraft.remote.bench import RemoteWorkbench
from labelgraft.remote.connection import Connection
from labelgraft.workbench.door import Door

__all__ = ["connect", "connect_to"]


def connect(url: str, token: str) -> RemoteWorkbench:
    """The workspace that a running server has open, with the same verbs as `labelgraft.open(folder)`.

    url: as `labelgraft serve` prints it, without what follows the port. token: the text of the file server.token in the
    workspace. Raises: BadSetting for what is no address; Unreachable if nobody answers there.
    """
    if not url.startswith(("http://", "https://")):
        raise BadSetting(
            f"url: found {url!r}, expected the address of a server such as http://127.0.0.1:8765"
        )
    bench = connect_to(Door(url, token))
    try:
        bench.folder  # noqa: B018  asks, so that a wrong address or token is told now
    except BaseException:
        bench.close()
        raise
    return bench


def connect_to(door: Door) -> RemoteWorkbench:
    """The workspace behind a door that `workbench.door.door_of` found."""
    return RemoteWorkbench(Connection(door))

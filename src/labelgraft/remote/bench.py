"""An open workspace on the other side of HTTP."""

from __future__ import annotations

from pathlib import Path
from typing import Self

from labelgraft.remote.connection import Connection


class RemoteWorkbench:
    """The same verbs as `labelgraft.open(folder)`, in a server that has the workspace open."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    @property
    def folder(self) -> Path:
        """Where everything is kept, on the server's machine."""
        return Path(self._connection.get("/about")["workspace"])

    def new_link(self) -> str:
        """An address that opens one more browser session, once."""
        return str(self._connection.send("POST", "/start-links")["url"])

    def close(self) -> None:
        """Hang up; the server goes on."""
        self._connection.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_error: object) -> None:
        self.close()

"""Where a running server of a workspace is, and what lets a program in: told by files of the workspace."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path

from labelgraft.settings import read_settings
from labelgraft.storage.lock import holder_of

TOKEN_FILE = "server.token"  # noqa: S105  the name of a file
"""Holds the program token of the running server; only its owner may read it."""


@dataclass(frozen=True, slots=True)
class Door:
    """The way into a running server: its address without a slash at the end, and the token for programs."""

    address: str
    token: str = field(repr=False)


def door_of(folder: Path | None = None) -> Door | None:
    """The server that has the workspace open; None where none has, or where its token cannot be read."""
    workspace = read_settings(folder).workspace
    holder = holder_of(workspace)
    if holder is None or not holder.address.startswith("http://"):
        return None
    try:
        return Door(holder.address, (workspace / TOKEN_FILE).read_text(encoding="utf-8").strip())
    except OSError:
        return None

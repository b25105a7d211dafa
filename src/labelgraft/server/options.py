"""What a server is started with."""

from __future__ import annotations

import secrets
from dataclasses import dataclass, field
from pathlib import Path

MEBIBYTE = 2**20


@dataclass(frozen=True, slots=True)
class ServerOptions:
    """The doors of one server.

    roots: folders from which a person may import, and below; none means that only uploads bring images. start_token:
    opens one session, once. program_token: what programs send as `Authorization: Bearer`. body_bytes: the largest JSON
    body. hosts: names under which the server may be asked; others are refused, as a foreign site could have given its own
    name this machine's address.
    """

    roots: tuple[Path, ...] = ()
    start_token: str = field(default_factory=lambda: secrets.token_urlsafe(24), repr=False)
    program_token: str = field(default_factory=lambda: secrets.token_urlsafe(32), repr=False)
    body_bytes: int = 16 * MEBIBYTE
    hosts: frozenset[str] = frozenset({"127.0.0.1", "localhost", "[::1]"})

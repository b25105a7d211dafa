"""Schemas of sessions."""

from __future__ import annotations

from pydantic import Field

from labelgraft.server.schemas.base import Schema


class StartLink(Schema):
    """An address that opens a session."""

    url: str = Field(description="Works once.", examples=["http://127.0.0.1:8765/start?token=Zk1..."])

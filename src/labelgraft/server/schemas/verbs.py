"""Schemas of verbs that are called by name."""

from __future__ import annotations

from typing import Any

from pydantic import Field

from labelgraft.server.schemas.base import Schema


class VerbCall(Schema):
    """A verb's arguments."""

    arguments: dict[str, Any] = Field(
        default_factory=dict, description="By name, as the Python verb takes them; dataclasses are objects.",
        examples=[{"images": [3, 17], "class_name": "cat"}],
    )  # fmt: skip


class VerbAnswer(Schema):
    """What a verb gave."""

    value: Any = Field(
        description="As the Python verb gives it; dataclasses are objects, arrays their bytes in base64."
    )

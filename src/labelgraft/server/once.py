"""The key under which a request is done once, however often it is sent."""

from __future__ import annotations

import hashlib
import json
from typing import Annotated

from fastapi import Header
from pydantic import BaseModel

from labelgraft.domain.change import Once

Key = Annotated[
    str | None,
    Header(
        alias="Idempotency-Key", min_length=1, max_length=200, pattern=r"^[\x21-\x7e]+$",
        description="Any text of one's own, best a UUID. Sent again with the same body, the request is answered as the "
        "first time and does nothing, also after the server was started anew; with another body it is refused (422).",
    ),
]  # fmt: skip


def once(key: str | None, what: str, body: BaseModel | None = None) -> Once | None:
    """The key with a digest of the request; None without a key.

    what: the verb and what its path names, as the body alone does not tell two routes apart.
    """
    if key is None:
        return None
    facts = {} if body is None else body.model_dump(mode="json")
    text = json.dumps([what, facts], sort_keys=True)
    return Once(key, hashlib.sha256(text.encode()).hexdigest())

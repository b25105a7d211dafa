"""What the job engine stores is JSON. It is never unpickled, whatever a database claims to hold."""

from __future__ import annotations

from typing import Any

from dbos import DBOSPortableJSONSerializer
from dbos import _serialization as dbos_serialization

JSON = DBOSPortableJSONSerializer()


def _refuse(_self: object, _text: str) -> Any:
    raise ValueError("The job database holds pickled data, which Labelgraft never writes or reads.")


def forbid_pickle() -> None:
    """Make DBOS refuse rows that say they are pickled.

    Which serializer reads a row is written in the row itself, so a workspace from a stranger could name
    pickle and run code here; DBOS has no option against that.
    """
    dbos_serialization.DefaultSerializer.deserialize = _refuse  # type: ignore[method-assign,assignment]

"""Numbers for new rows, taken in stretches inside the transaction that uses them."""

from __future__ import annotations

from sqlalchemy import Connection, update

from labelgraft.storage.tables import counter

KINDS = ("project", "class", "folder", "image", "annotation", "operation", "run", "model", "map_round")


def take(c: Connection, kind: str, count: int = 1) -> int:
    """The first of `count` numbers in a row that nobody else gets; 1 is the first ever."""
    statement = (
        update(counter)
        .where(counter.c.name == kind)
        .values(next=counter.c.next + count)
        .returning(counter.c.next)
    )
    return int(c.execute(statement).scalar_one()) - count

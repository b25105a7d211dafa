"""Numbers for new rows, taken in stretches inside the transaction that uses them."""

from __future__ import annotations

from sqlalchemy import Connection, select, update

from labelgraft.storage import dialect
from labelgraft.storage.tables import counter

KINDS = (
    "project",
    "class",
    "folder",
    "image",
    "annotation",
    "proposed_shape",
    "operation",
    "run",
    "model",
    "map_round",
)


def take(c: Connection, kind: str, count: int = 1) -> int:
    """The first of `count` numbers in a row that nobody else gets; 1 is the first ever."""
    statement = (
        update(counter)
        .where(counter.c.name == kind)
        .values(next=counter.c.next + count)
        .returning(counter.c.next)
    )
    return int(c.execute(statement).scalar_one()) - count


def hold(c: Connection, kind: str) -> None:
    """Let nobody else take numbers of a kind until this transaction ends: what is read now stays all that there is."""
    take(c, kind, 0)


def count_up(c: Connection, name: str) -> None:
    """One more of what happened under a name; it tells others that they must look again."""
    dialect.insert_missing(c, counter, [{"name": name, "next": 0}])
    c.execute(update(counter).where(counter.c.name == name).values(next=counter.c.next + 1))


def reached(c: Connection, name: str) -> int:
    """How often something happened under a name."""
    return int(c.execute(select(counter.c.next).where(counter.c.name == name)).scalar() or 0)

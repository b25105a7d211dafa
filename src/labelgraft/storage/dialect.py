"""What differs between SQLite and PostgreSQL: the only file that may say so.

SQLite before 3.51.3 can damage a write-ahead log that two connections reset at the same moment, so exactly
one connection of one process writes and checkpoints; every other connection opens the file read-only.
"""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any

from sqlalchemy import (
    ARRAY,
    BigInteger,
    Column,
    ColumnElement,
    Connection,
    Engine,
    Integer,
    Select,
    Table,
    Text,
    bindparam,
    create_engine,
    event,
    func,
    select,
)
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.engine.interfaces import DBAPIConnection
from sqlalchemy.exc import DBAPIError
from sqlalchemy.pool import ConnectionPoolEntry, QueuePool, StaticPool

from labelgraft.errors import WorkspaceDamaged, WorkspaceError, WorkspaceUnwritable

CLUSTERED: dict[str, Any] = {"sqlite_with_rowid": False}
"""Table options: rows are stored in the order of the primary key, without a second copy of it."""

NUMBER = BigInteger().with_variant(Integer(), "sqlite")
"""A 64-bit integer everywhere; SQLite makes only an INTEGER primary key the row's own address."""

READERS = 8
"""Connections that may read at the same time."""


def is_sqlite(connection: Connection) -> bool:
    """True on the embedded database."""
    return connection.dialect.name == "sqlite"


def sqlite_writer(path: Path, *, must_exist: bool = True) -> Engine:
    """The one connection that writes and checkpoints the database file at `path`."""
    mode = "rw" if must_exist else "rwc"

    def connect() -> sqlite3.Connection:
        raw = _connect(path, mode)
        raw.execute("PRAGMA synchronous=FULL")
        raw.execute("PRAGMA foreign_keys=ON")
        # Left to SQLite, whoever commits waits for the checkpoint; Database makes it after the answer.
        raw.execute("PRAGMA wal_autocheckpoint=0")
        return raw

    engine = create_engine("sqlite://", creator=connect, poolclass=StaticPool)
    event.listen(engine, "begin", lambda c: c.exec_driver_sql("BEGIN IMMEDIATE") and None)
    return engine


def sqlite_readers(path: Path) -> Engine:
    """Connections that can only read, each transaction on one unchanging view of the data."""

    def connect() -> sqlite3.Connection:
        raw = _connect(path, "ro")
        raw.execute("PRAGMA query_only=ON")
        raw.execute("PRAGMA wal_autocheckpoint=0")
        return raw

    engine = create_engine(
        "sqlite://", creator=connect, poolclass=QueuePool, pool_size=READERS, max_overflow=READERS
    )
    event.listen(engine, "begin", lambda c: c.exec_driver_sql("BEGIN") and None)
    return engine


def _connect(path: Path, mode: str) -> sqlite3.Connection:
    uri = f"{path.absolute().as_uri()}?mode={mode}"
    raw = sqlite3.connect(uri, uri=True, isolation_level=None, check_same_thread=False, timeout=30)
    raw.execute("PRAGMA mmap_size=0")
    raw.execute("PRAGMA cache_size=-65536")
    raw.execute("PRAGMA temp_store=MEMORY")
    return raw


def switch_to_wal(path: Path) -> None:
    """Make a new database file keep a write-ahead log; the file remembers it."""
    raw = _connect(path, "rwc")
    try:
        # Labelling ten thousand images touches as many pages: half the size is half the bytes to the disk.
        raw.execute("PRAGMA page_size=2048")
        raw.execute("PRAGMA journal_mode=WAL")
    finally:
        raw.close()


def keep_log(path: Path) -> None:
    """Make a database that was put back from a backup keep a log again; others are left alone."""
    with path.open("rb") as file:
        file.seek(18)
        has_log = file.read(2) == b"\2\2"
    if not has_log:
        try:
            switch_to_wal(path)
        except sqlite3.Error as error:
            raise translate(error, str(path)) or error from error


def checkpoint(engine: Engine) -> None:
    """Move everything from the log into the database file and empty the log; only on the writing engine."""
    raw = engine.raw_connection()
    try:
        cursor = raw.cursor()
        cursor.execute("PRAGMA wal_checkpoint(TRUNCATE)")
        cursor.fetchall()
        cursor.close()
    finally:
        raw.close()


def checkpoint_without_waiting(engine: Engine) -> None:
    """As checkpoint, but what readers still need stays in the log; only on the writing engine."""
    raw = engine.raw_connection()
    try:
        cursor = raw.cursor()
        cursor.execute("PRAGMA busy_timeout=0")
        for mode in ("PASSIVE", "TRUNCATE"):
            cursor.execute(f"PRAGMA wal_checkpoint({mode})")
            cursor.fetchall()
        cursor.execute("PRAGMA busy_timeout=30000")
        cursor.close()
    finally:
        raw.close()


def quick_check(engine: Engine) -> str:
    """ "ok", or what is wrong with the pages of the database file."""
    raw = engine.raw_connection()
    try:
        cursor = raw.cursor()
        cursor.execute("PRAGMA quick_check(5)")
        found = [str(row[0]) for row in cursor.fetchall()]
        cursor.close()
    finally:
        raw.close()
    return "; ".join(found)


def refresh_statistics(connection: Connection) -> None:
    """Tell the planner how the rows are spread; worth it after loading many."""
    if is_sqlite(connection):
        connection.exec_driver_sql("PRAGMA analysis_limit=1000")
    connection.exec_driver_sql("ANALYZE")


def copy_online(engine: Engine, target: Path) -> None:
    """Copy the database as it is at this moment into a new file, while it is in use."""
    raw = engine.raw_connection()
    try:
        copy = sqlite3.connect(target, isolation_level=None)
        try:
            source = raw.driver_connection
            assert isinstance(source, sqlite3.Connection)
            source.backup(copy, pages=-1)
            copy.execute("PRAGMA journal_mode=DELETE")
            copy.execute("DELETE FROM about WHERE name = 'open'")
        finally:
            copy.close()
    finally:
        raw.close()


def postgres_engine(url: str) -> Engine:
    """A pool of connections to the PostgreSQL database at `url`."""
    if url.startswith("postgresql://"):
        url = "postgresql+psycopg://" + url.removeprefix("postgresql://")
    engine = create_engine(url, pool_size=READERS, max_overflow=READERS, pool_pre_ping=True)
    event.listen(engine, "connect", _quiet_jit)
    return engine


def _quiet_jit(raw: DBAPIConnection, _entry: ConnectionPoolEntry) -> None:
    # Compiling a query costs more than any page query here takes.
    cursor = raw.cursor()
    cursor.execute("SET jit = off")
    cursor.close()
    raw.commit()


def reading_options(engine: Engine) -> dict[str, Any]:
    """Execution options that give a reading transaction one unchanging view of the data."""
    if engine.dialect.name == "sqlite":
        return {}
    return {"isolation_level": "REPEATABLE READ", "postgresql_readonly": True}


def among(
    connection: Connection, column: Column[Any], values: Iterable[int] | Iterable[str]
) -> ColumnElement[bool]:
    """`column` is one of `values`, of which there may be a million: they travel as one parameter."""
    listed = sorted(values)  # Neighbours in the table are read together.
    if is_sqlite(connection):
        parameter = bindparam(None, json.dumps(listed), Text, unique=True)
        return column.in_(select(func.json_each(parameter).table_valued("value").c.value))
    kind = ARRAY(Text) if isinstance(column.type, Text) else ARRAY(BigInteger)
    return column == func.any(bindparam(None, listed, kind, unique=True))


def numbers(connection: Connection, statement: Select[Any]) -> list[int]:
    """The numbers that a statement with the one column `id` gives, in order.

    They come as one value: ten thousand rows would keep the garbage collector busier than the database.
    """
    listed = statement.subquery().c.id
    if is_sqlite(connection):
        found = connection.execute(select(func.json_group_array(listed))).scalar_one()
        return sorted(json.loads(found))
    found = connection.execute(select(func.array_agg(listed, type_=ARRAY(BigInteger)))).scalar_one()
    return sorted(found or ())


def columns(connection: Connection, statement: Select[Any]) -> list[list[Any]]:
    """The columns that a statement gives, each as one list, in the statement's order of rows.

    Each comes as one value: a hundred thousand rows as objects would take ten times as long.
    """
    listed = statement.subquery()
    if is_sqlite(connection):
        gathered = select(*(func.json_group_array(each) for each in listed.c)).select_from(listed)
        return [json.loads(text) for text in connection.execute(gathered).one()]
    gathered = select(*(func.array_agg(each, type_=ARRAY(each.type)) for each in listed.c))
    return [list(values or ()) for values in connection.execute(gathered.select_from(listed)).one()]


def contains_text(connection: Connection, column: Column[Any], text: str) -> ColumnElement[bool]:
    """`text`, taken literally, is somewhere in `column`; without regard to the case of ASCII letters."""
    if is_sqlite(connection):
        return column.contains(text, autoescape=True)
    escaped = text.replace("/", "//").replace("%", "/%").replace("_", "/_")
    return column.ilike(f"%{escaped}%", escape="/")


def insert_rows(
    connection: Connection, table: Table, columns: Sequence[str], rows: Sequence[tuple[Any, ...]]
) -> None:
    """Insert many rows at the speed of the driver; `columns` are names of the table, in the rows' order."""
    if not rows:
        return
    quote = connection.dialect.identifier_preparer.quote
    target = f"{quote(table.name)} ({', '.join(quote(name) for name in columns)})"
    if is_sqlite(connection):
        marks = ", ".join("?" * len(columns))
        connection.exec_driver_sql(f"INSERT INTO {target} VALUES ({marks})", rows)  # noqa: S608
        return
    cursor = connection.connection.cursor()
    with cursor.copy(f"COPY {target} FROM STDIN") as copy:
        for row in rows:
            copy.write_row(row)
    cursor.close()


def insert_missing(connection: Connection, table: Table, rows: Sequence[Mapping[str, Any]]) -> None:
    """Insert those of some rows whose primary key is not there yet, whoever else inserts the same."""
    if not rows:
        return
    kind = sqlite.insert if is_sqlite(connection) else postgresql.insert
    connection.execute(kind(table).on_conflict_do_nothing(), rows)


DRIVER_ERRORS = (DBAPIError, sqlite3.Error)
"""What a database raises, through SQLAlchemy or past it."""


def translate(error: BaseException, where: str) -> WorkspaceError | None:
    """The error as the user should read it, or None where it is a fault of ours."""
    original = error.orig if isinstance(error, DBAPIError) else error
    code = getattr(original, "sqlite_errorcode", None)
    if code is not None:
        return _translate_sqlite(code & 0xFF, str(original), where)
    state = getattr(original, "sqlstate", None)
    if state in ("53100", "25006", "58030"):
        return WorkspaceUnwritable(_unwritable(where, str(original)))
    if state in ("XX001", "XX002"):
        return WorkspaceDamaged(f"{where}: the database is damaged ({original}). Restore it from a backup.")
    return None


def _translate_sqlite(code: int, text: str, where: str) -> WorkspaceError | None:
    if code in (sqlite3.SQLITE_FULL, sqlite3.SQLITE_IOERR, sqlite3.SQLITE_READONLY, sqlite3.SQLITE_CANTOPEN):
        return WorkspaceUnwritable(_unwritable(where, text))
    if code in (sqlite3.SQLITE_CORRUPT, sqlite3.SQLITE_NOTADB):
        return WorkspaceDamaged(f"{where}: the database is damaged ({text}).")
    return None


def _unwritable(where: str, text: str) -> str:
    return (
        f"{where}: the database cannot be written ({text}). This change was not saved; everything saved "
        "before it is kept. Make room on the disk or correct the permissions, and try again."
    )


def one_migration_at_a_time(connection: Connection) -> None:
    """Wait until no other process changes the tables' shape; SQLite has only one writer anyway."""
    if not is_sqlite(connection):
        connection.exec_driver_sql("SELECT pg_advisory_xact_lock(707406378)")

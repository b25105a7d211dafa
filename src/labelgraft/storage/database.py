"""The database of a workspace: many may read, one writes."""

from __future__ import annotations

import sqlite3
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from sqlalchemy import Connection, Engine

from labelgraft.storage import dialect

LONG_LOG_BYTES = 16 * 2**20
"""Beyond this SQLite's log is moved into the database file."""


class _TriedError(Exception):
    """Ends a transaction that was only meant to be tried."""


class Database:
    """Connections to SQLite (one file, one writer) or to PostgreSQL (many writers, in any process)."""

    def __init__(self, *, where: str, readers: Engine, writer: Engine, file: Path | None) -> None:
        self.where = where
        self.file = file
        self._readers = readers
        self._writer = writer
        self._changes = 0
        self._turn: threading.Lock | None = threading.Lock() if file is not None else None
        self._holder: int | None = None
        self._shortening: threading.Thread | None = None

    @classmethod
    def embedded(cls, file: Path, *, create: bool = False) -> Database:
        """The SQLite database in `file`; the caller holds the workspace's lock."""
        if create:
            dialect.switch_to_wal(file)
        return cls(
            where=str(file),
            writer=dialect.sqlite_writer(file),
            readers=dialect.sqlite_readers(file),
            file=file,
        )

    @classmethod
    def server(cls, url: str) -> Database:
        """The PostgreSQL database at `url`."""
        engine = dialect.postgres_engine(url)
        where = engine.url.render_as_string(hide_password=True)
        return cls(where=where, writer=engine, readers=engine, file=None)

    @property
    def is_embedded(self) -> bool:
        """True for SQLite."""
        return self.file is not None

    @property
    def version(self) -> int | None:
        """A number that is another one after every change; None where other processes may change things too."""
        return self._changes if self.is_embedded else None

    @contextmanager
    def reading(self) -> Iterator[Connection]:
        """A connection that sees the data as they are now, however long it is used; it cannot write.

        Raises: WorkspaceDamaged, WorkspaceUnwritable.
        """
        with self._translated(), self._readers.connect() as raw:
            connection = raw.execution_options(**dialect.reading_options(self._readers))
            with connection.begin():
                yield connection

    @contextmanager
    def writing(self) -> Iterator[Connection]:
        """A connection that writes; commits at the end, or leaves nothing behind where an error passes.

        On SQLite others wait their turn, so compute first and write then.

        Raises: WorkspaceDamaged, WorkspaceUnwritable; nothing of the block is saved.
        """
        with self._my_turn():
            with self._translated(), self._writer.begin() as connection:
                yield connection
            self._changes += 1
        self._shorten_log_later()

    @contextmanager
    def trying(self) -> Iterator[Connection]:
        """As writing, but nothing of the block is saved: to see what a change would do."""
        with suppress(_TriedError), self.writing() as connection:
            yield connection
            raise _TriedError

    def checkpoint(self) -> None:
        """Move SQLite's log into the database file."""
        if self._turn is not None:
            with self._my_turn(), self._translated():
                dialect.checkpoint(self._writer)

    def copy_to(self, target: Path) -> None:
        """Copy the embedded database as it is now; others go on reading and writing meanwhile."""
        with self._translated():
            dialect.copy_online(self._readers, target)

    def quick_check(self) -> str:
        """ "ok", or what is wrong with the embedded database's pages. Raises: WorkspaceDamaged."""
        with self._translated():
            return dialect.quick_check(self._writer)

    def _shorten_log_later(self) -> None:
        """A long log is emptied after the change is acknowledged, so that nobody waits for it."""
        if self.file is None or (self._shortening is not None and self._shortening.is_alive()):
            return
        log = self.file.with_name(f"{self.file.name}-wal")
        if log.exists() and log.stat().st_size > LONG_LOG_BYTES:
            self._shortening = threading.Thread(target=self._shorten_log, name="checkpoint", daemon=True)
            self._shortening.start()

    def _shorten_log(self) -> None:
        # What cannot be moved now, for a reader or a full disk, stays safe in the log until the next time.
        with self._my_turn(), suppress(*dialect.DRIVER_ERRORS):
            dialect.checkpoint_without_waiting(self._writer)

    def close(self) -> None:
        """Give all connections back; the writer goes last, so that only it empties the log."""
        if self._shortening is not None:
            self._shortening.join()
        if self._readers is not self._writer:
            self._readers.dispose()
        self._writer.dispose()

    @contextmanager
    def _my_turn(self) -> Iterator[None]:
        if self._turn is None:
            yield
            return
        if self._holder == threading.get_ident():
            raise RuntimeError("writing() was entered inside writing() of the same thread")
        with self._turn:
            self._holder = threading.get_ident()
            try:
                yield
            finally:
                self._holder = None

    @contextmanager
    def _translated(self) -> Iterator[None]:
        try:
            yield
        except dialect.DRIVER_ERRORS as error:
            told = dialect.translate(error, self.where)
            if told is None:
                raise
            raise told from error


def sqlite_version() -> str:
    """The version of SQLite that this Python has."""
    return sqlite3.sqlite_version

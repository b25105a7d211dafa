"""A workspace: one folder with the database and everything that lies beside it."""

from __future__ import annotations

from pathlib import Path
from types import TracebackType
from typing import Self

from sqlalchemy import delete, insert, select

from labelgraft.errors import WorkspaceDamaged, WorkspaceMissing, WorkspaceUnwritable
from labelgraft.storage import backup, dialect, exports, maps, migrations, uploads
from labelgraft.storage.database import Database
from labelgraft.storage.embeddings import EmbeddingStore
from labelgraft.storage.files import TORN, sweep_torn, sync_folder
from labelgraft.storage.lock import LOCK_FILE, WorkspaceLock
from labelgraft.storage.state_columns import StateCache
from labelgraft.storage.tables import about
from labelgraft.storage.thumbnails import ThumbnailStore

_SQLITE_HEADER = b"SQLite format 3\0"
_FOLDERS = ("uploads", "embeddings", "thumbnails", "models", "runs", "maps", backup.FOLDER_NAME)


class Workspace:
    """An open workspace; use it as a context manager, or call close."""

    def __init__(self, root: Path, database: Database, lock: WorkspaceLock | None) -> None:
        self.root = root
        self.database = database
        self.embeddings = EmbeddingStore(root / "embeddings")
        self.thumbnails = ThumbnailStore(root / "thumbnails")
        self.states = StateCache()
        self.models_folder = root / "models"
        self.runs_folder = root / "runs"
        self.maps_folder = root / "maps"
        self.uploads_folder = root / "uploads"
        self.exports_folder = root / "exports"
        self.converted_folder = root / "converted"
        """Networks as the engine of the frozen pass wants them; expendable."""
        self.jobs_database = root / "jobs.sqlite"
        self._lock = lock
        self._closed = False

    @classmethod
    def open(
        cls,
        root: Path,
        *,
        create: bool = False,
        address: str = "command line",
        database_url: str | None = None,
        accept_missing_log: bool = False,
    ) -> Workspace:
        """Open the workspace in a folder: lock, check, migrate, sweep, back up if the last one is old.

        create: make it where there is none. address: where this process can be reached, told to others who
        try. database_url: of PostgreSQL, which several processes may share; else SQLite in the folder.
        accept_missing_log: go on without the changes of a log that was lost.

        Raises: WorkspaceMissing, WorkspaceLocked, WorkspaceDamaged, WorkspaceTooNew, WorkspaceUnwritable.
        """
        root = root.absolute()
        _prepare(root, create=create)
        if database_url is not None:
            return cls._open_shared(root, database_url)
        lock = WorkspaceLock(root / LOCK_FILE, address=address)
        try:
            return cls._open_embedded(root, lock, create=create, accept_missing_log=accept_missing_log)
        except BaseException:
            lock.release()
            raise

    @classmethod
    def _open_shared(cls, root: Path, url: str) -> Workspace:
        database = Database.server(url)
        try:
            migrations.migrate(database)
            return cls(root, database, None)
        except BaseException:
            database.close()
            raise

    @classmethod
    def _open_embedded(
        cls, root: Path, lock: WorkspaceLock, *, create: bool, accept_missing_log: bool
    ) -> Workspace:
        file = root / backup.DATABASE_NAME
        if not file.exists():
            _create(root, file, create=create)
        log_there = file.with_name(f"{file.name}-wal").exists()
        try:
            _check_header(file)
            dialect.keep_log(file)
            database = Database.embedded(file)
        except WorkspaceDamaged as error:
            raise WorkspaceDamaged(f"{error} {backup.advice(root)}") from error
        try:
            _check(database, log_there=log_there or accept_missing_log)
            migrations.migrate(database, before=lambda at: backup.make(database, root, note=f"at-{at}"))
            workspace = cls(root, database, lock)
            workspace._sweep()
            _remember_open(database)
            backup.make_if_due(database, root)
        except WorkspaceDamaged as error:
            database.close()
            raise WorkspaceDamaged(f"{error} {backup.advice(root)}") from error
        except BaseException:
            database.close()
            raise
        return workspace

    def _sweep(self) -> None:
        """Remove what a killed process left half-written; this process is the only one here."""
        sweep_torn(self.root, leave=(self.uploads_folder, self.exports_folder))
        exports.sweep(self.exports_folder)
        self.embeddings.sweep()
        self.thumbnails.sweep()
        with self.database.reading() as c:
            maps.sweep(c, self.maps_folder)
            uploads.sweep(c, self.uploads_folder)

    def say_address(self, address: str) -> None:
        """Tell others who try to open the workspace where this process can be reached."""
        if self._lock is not None:
            self._lock.say(address)

    def close(self) -> None:
        """Bring everything into the database file and let others in; a second time does nothing."""
        if self._closed:
            return
        self._closed = True
        try:
            if self.database.is_embedded:
                _remember_closed(self.database)
        finally:
            self.database.close()
            if self._lock is not None:
                self._lock.release()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()


def restore(root: Path, chosen: Path | None = None) -> Path:
    """Put a backup, the newest if none is named, in place of the database; gives the one used.

    Raises: WorkspaceLocked; WorkspaceMissing if there is no backup; BadInput.
    """
    root = root.absolute()
    lock = WorkspaceLock(root / LOCK_FILE, address="restoring a backup")
    try:
        return backup.put_back(root, chosen)
    finally:
        lock.release()


def _prepare(root: Path, *, create: bool) -> None:
    if root.exists() and not root.is_dir():
        raise WorkspaceUnwritable(f"{root}: this is a file, expected the folder of a workspace.")
    if not root.exists() and not create:
        raise WorkspaceMissing(
            f"{root}: there is no workspace here. Begin one: labelgraft project new NAME, or name another folder."
        )
    try:
        root.mkdir(parents=True, exist_ok=True)
        for name in _FOLDERS if create else ():
            (root / name).mkdir(exist_ok=True)
    except OSError as error:
        raise WorkspaceUnwritable(
            f"{root}: no workspace can be made here ({error.strerror}). Choose another folder, or correct "
            "the permissions."
        ) from error


def _create(root: Path, file: Path, *, create: bool) -> None:
    """Make a new database beside and give it its name when it is complete."""
    left = [file.with_name(f"{file.name}-wal")] if file.with_name(f"{file.name}-wal").exists() else []
    left += backup.listed(root)
    if left:
        raise WorkspaceDamaged(
            f"{file}: the database is missing, but other parts of the workspace are there ({left[0].name}). "
            f"{backup.advice(root)}"
        )
    if not create:
        raise WorkspaceMissing(
            f"{root}: there is no workspace here. Begin one: labelgraft project new NAME, or name another folder."
        )
    for old in root.glob(f"{file.name}*{TORN}*"):
        old.unlink()
    beside = file.with_name(f"{file.name}{TORN}")
    database = Database.embedded(beside, create=True)
    try:
        migrations.migrate(database)
        database.checkpoint()
    finally:
        database.close()
    beside.replace(file)
    sync_folder(root)


def _check_header(file: Path) -> None:
    try:
        with file.open("rb") as opened:
            found = opened.read(len(_SQLITE_HEADER))
    except OSError as error:
        raise WorkspaceUnwritable(f"{file}: cannot be read ({error.strerror}).") from error
    if found != _SQLITE_HEADER:
        what = "is empty" if not found else "does not begin like a database"
        raise WorkspaceDamaged(f"{file}: the database is damaged (it {what}).")


def _check(database: Database, *, log_there: bool) -> None:
    found = database.quick_check()
    if found != "ok":
        raise WorkspaceDamaged(f"{database.where}: the database is damaged ({found}).")
    with database.reading() as c:
        if migrations.current(c) is None:
            raise WorkspaceDamaged(f"{database.where}: the database has none of its tables.")
        was_open = c.execute(select(about.c.value).where(about.c.name == "open")).first() is not None
    if was_open and not log_there:
        raise WorkspaceDamaged(
            f"{database.where}: its log {Path(database.where).name}-wal is missing although the last process "
            "did not end in order, so the last changes are not here. Put the file back if you have it."
        )


def _remember_open(database: Database) -> None:
    """Note in the database file itself that changes may be in the log only, so that a lost log is noticed."""
    with database.writing() as c:
        c.execute(delete(about).where(about.c.name == "open"))
        c.execute(insert(about).values(name="open", value="1"))
    database.checkpoint()


def _remember_closed(database: Database) -> None:
    with database.writing() as c:
        c.execute(delete(about).where(about.c.name == "open"))
    database.checkpoint()

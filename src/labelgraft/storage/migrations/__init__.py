"""The history of the tables, one step per file, run by Alembic inside one transaction.

A step and its record are committed together. Before a step on data that are there, a backup is taken.
"""

from __future__ import annotations

from collections.abc import Callable

from sqlalchemy import Connection, inspect, text

from labelgraft.errors import WorkspaceTooNew
from labelgraft.storage import dialect
from labelgraft.storage.database import Database

REVISIONS = ("0001", "0002", "0003")
"""Every step this version knows, oldest first; the last is what it works with."""


def current(c: Connection) -> str | None:
    """The last step that the database has gone through; None where there are no tables yet."""
    if not inspect(c).has_table("alembic_version"):
        return None
    found = c.execute(text("SELECT version_num FROM alembic_version")).scalar()
    return None if found is None else str(found)


def migrate(database: Database, *, before: Callable[[str], object] | None = None) -> bool:
    """Bring the tables to the newest step; True if there was something to do.

    before: called with the step found, ahead of the first change to existing data: the place for a backup.

    Raises: WorkspaceTooNew if the database knows a step that this version does not; nothing is changed.
    """
    with database.reading() as c:
        found = current(c)
    if found == REVISIONS[-1]:
        return False
    if found is not None and found not in REVISIONS:
        raise WorkspaceTooNew(
            f"{database.where}: written by a later version of Labelgraft (tables {found}, this version knows "
            f"up to {REVISIONS[-1]}). Nothing was changed. Install the later version to open it."
        )
    if found is not None and before is not None:
        before(found)
    with database.writing() as c:
        dialect.one_migration_at_a_time(c)
        _upgrade(c)
    return True


def _upgrade(c: Connection) -> None:
    # Alembic is loaded only where there is something to do: it costs more than opening a workspace.
    from alembic import command
    from alembic.config import Config

    config = Config()
    config.set_main_option("script_location", "labelgraft.storage:migrations")
    config.set_main_option("path_separator", "os")
    config.attributes["connection"] = c
    command.upgrade(config, "head")

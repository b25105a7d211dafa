"""Folders of a project; an image's row holds its folder's number, as rows that change often must be short."""

from __future__ import annotations

from collections.abc import Iterable

from sqlalchemy import Connection, select

from labelgraft.domain.ids import ProjectId
from labelgraft.domain.image import lies_within
from labelgraft.storage import counters, dialect
from labelgraft.storage.tables import folder


def ensure(c: Connection, project_id: ProjectId, paths: Iterable[str]) -> dict[str, int]:
    """The numbers of folders by path; missing ones are added."""
    wanted = dict.fromkeys(paths)
    statement = select(folder.c.path, folder.c.id).where(
        folder.c.project_id == project_id, dialect.among(c, folder.c.path, wanted)
    )
    numbers = {row[0]: row[1] for row in c.execute(statement)}
    if len(numbers) == len(wanted):
        return numbers
    counters.hold(
        c, "folder"
    )  # another process may be adding the same ones; it is waited for, and looked at again
    numbers = {row[0]: row[1] for row in c.execute(statement)}
    missing = [path for path in wanted if path not in numbers]
    first = counters.take(c, "folder", len(missing))
    rows = [(first + i, project_id, path) for i, path in enumerate(missing)]
    dialect.insert_rows(c, folder, ("id", "project_id", "path"), rows)
    return numbers | {path: number for number, _, path in rows}


def numbers_within(c: Connection, project_id: ProjectId, path: str) -> list[int]:
    """The numbers of a folder and of those below it; empty if no image was ever there."""
    statement = select(folder.c.id, folder.c.path).where(folder.c.project_id == project_id)
    return [row[0] for row in c.execute(statement) if lies_within(row[1], path)]


def paths(c: Connection, numbers: Iterable[int]) -> dict[int, str]:
    """The paths of folders by number."""
    statement = select(folder.c.id, folder.c.path).where(dialect.among(c, folder.c.id, set(numbers)))
    return {row[0]: row[1] for row in c.execute(statement)}

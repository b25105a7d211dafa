"""Two processes that add the same at the same moment find one of it; on SQLite the second waits for its turn."""

from __future__ import annotations

import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor

from sqlalchemy import Connection, func, select
from tests.storage.conftest import Pets, new_image

from labelgraft.domain.ids import ContentHash
from labelgraft.storage import classes, folders, images
from labelgraft.storage.database import Database
from labelgraft.storage.tables import class_, folder, image_file


def together(database: Database, add: Callable[[Connection], object]) -> list[object]:
    """Both have looked for what is there before either has finished, as far as the database lets them."""
    both = threading.Barrier(2)

    def write() -> object:
        both.wait()
        with database.writing() as c:
            made = add(c)
            threading.Event().wait(0.2)
            return made

    with ThreadPoolExecutor(2) as pool:
        return [each.result(20) for each in [pool.submit(write), pool.submit(write)]]


def count(database: Database, statement: object) -> int:
    with database.reading() as c:
        return int(c.execute(statement).scalar_one())  # type: ignore[call-overload]


def test_a_folder_that_two_add_is_one(pets: Pets) -> None:
    one, other = together(pets.database, lambda c: folders.ensure(c, pets.project_id, ["new", "newer"]))
    assert one == other
    assert count(pets.database, select(func.count()).where(folder.c.path.in_(["new", "newer"]))) == 2


def test_a_class_that_two_add_is_one(pets: Pets) -> None:
    one, other = together(pets.database, lambda c: classes.ensure(c, pets.project_id, ["owl"]))
    assert one == other
    assert count(pets.database, select(func.count()).where(class_.c.name == "owl")) == 1


def test_an_image_that_two_import_is_one(pets: Pets) -> None:
    wanted = new_image(77, folder="x")

    def add(c: Connection) -> object:
        images.hold(c)
        known = images.known(c, pets.project_id, [ContentHash(wanted.content_hash)])
        return known or images.add(c, pets.project_id, [wanted])

    together(pets.database, add)
    found = select(func.count()).where(image_file.c.content_hash == wanted.content_hash)
    assert count(pets.database, found) == 1

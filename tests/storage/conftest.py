"""Both databases for the tests of what is kept: SQLite always, PostgreSQL where it is installed."""

from __future__ import annotations

import uuid
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from labelgraft.domain.annotation import Author, AuthorKind
from labelgraft.domain.ids import ClassId, ContentHash, ImageId, ProjectId
from labelgraft.domain.image import NewImage
from labelgraft.domain.operation import Cause, Operation, RevertReport
from labelgraft.domain.project import Task
from labelgraft.storage import annotations as truth
from labelgraft.storage import classes, images, labelling, migrations, projects
from labelgraft.storage.database import Database

ANNA = Author(AuthorKind.PERSON, "anna")


@pytest.fixture(params=["sqlite", "postgresql"])
def new_database(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Callable[[], Database]]:
    """Makes another empty database with all tables, of each kind in turn."""
    made: list[Database] = []

    def make() -> Database:
        if request.param == "sqlite":
            database = Database.embedded(tmp_path / f"{uuid.uuid4().hex}.sqlite", create=True)
        else:
            new_url: Callable[[], str] = request.getfixturevalue("new_postgres_url")
            database = Database.server(new_url())
        made.append(database)
        migrations.migrate(database)
        return database

    yield make
    for database in made:
        database.close()


@pytest.fixture
def database(new_database: Callable[[], Database]) -> Database:
    return new_database()


@dataclass(frozen=True)
class Pets:
    """A project with some images and the classes cat, dog and bird, and short ways to use it."""

    database: Database
    project_id: ProjectId
    image_ids: list[ImageId]
    class_ids: dict[str, ClassId]

    def label(self, name: str, *numbers: int, cause: Cause = Cause.HAND) -> Operation:
        with self.database.writing() as c:
            return labelling.set_class(
                c,
                self.project_id,
                [self.image_ids[n] for n in numbers],
                self.class_ids[name],
                author=ANNA,
                cause=cause,
                summary=f"{name} on {len(numbers)} images",
            )

    def clear(self, *numbers: int) -> Operation:
        with self.database.writing() as c:
            ids = [self.image_ids[n] for n in numbers]
            return labelling.clear_class(
                c, self.project_id, ids, author=ANNA, cause=Cause.HAND, summary="cleared"
            )

    def names(self) -> list[str]:
        """The classes of every image, joined by "+", "" where it has none."""
        with self.database.reading() as c:
            known = {k.id: k.name for k in classes.of_project(c, self.project_id)}
            found = truth.of_images(c, self.image_ids)
        return ["+".join(sorted(known[a.class_id] for a in found[i])) for i in self.image_ids]

    def revert(self, operation: Operation, *, dry_run: bool = False) -> RevertReport:
        with self.database.writing() as c:
            return labelling.revert(c, operation.id, author=ANNA, dry_run=dry_run)

    def states(self) -> list[str]:
        with self.database.reading() as c:
            return [i.state.value for i in images.of_ids(c, self.image_ids)]


def new_image(number: int, *, folder: str = "", path: str = "") -> NewImage:
    path = path or f"/photos/{number}.jpg"
    return NewImage(ContentHash(f"{number:064x}"), path, folder, 640, 480, 1000 + number, number)


def make_pets(database: Database, *, images_count: int = 6, multi_label: bool = False) -> Pets:
    with database.writing() as c:
        project = projects.create(
            c,
            name=f"pets {uuid.uuid4().hex[:6]}",
            task=Task.CLASSIFICATION,
            multi_label=multi_label,
            backbone="efficientnet-lite0",
        )
        class_ids = classes.ensure(c, project.id, ["cat", "dog", "bird"])
        image_ids = images.add(c, project.id, [new_image(n) for n in range(images_count)])
    return Pets(database, project.id, image_ids, class_ids)


@pytest.fixture
def new_pets() -> Callable[..., Pets]:
    """Makes another project in a database; see make_pets."""
    return make_pets


@pytest.fixture
def pets(database: Database) -> Pets:
    return make_pets(database)


@pytest.fixture
def tags(database: Database) -> Pets:
    """As pets, but an image may have several classes."""
    return make_pets(database, multi_label=True)

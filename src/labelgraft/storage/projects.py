"""Projects in the database."""

from __future__ import annotations

from typing import Any

from sqlalchemy import Connection, Row, insert, select, update
from sqlalchemy import delete as delete_from

from labelgraft.domain.ids import ModelId, ProjectId
from labelgraft.domain.project import Project, Task
from labelgraft.errors import AlreadyExists, UnknownName
from labelgraft.storage import counters, tables
from labelgraft.storage.moments import from_us, now_us
from labelgraft.storage.tables import project


def create(c: Connection, *, name: str, task: Task, multi_label: bool, backbone: str) -> Project:
    """Add an empty project.

    Raises: AlreadyExists if a project has that name.
    """
    if c.execute(select(project.c.id).where(project.c.name == name)).first() is not None:
        raise AlreadyExists(
            f"A project is already called {name!r}. Nothing was created. Choose another name."
        )
    project_id = counters.take(c, "project")
    c.execute(
        insert(project).values(
            id=project_id,
            name=name,
            task=task.value,
            multi_label=int(multi_label),
            backbone=backbone,
            created_us=now_us(),
        )
    )
    return get(c, ProjectId(project_id))


def get(c: Connection, project_id: ProjectId) -> Project:
    """The project with that number.

    Raises: UnknownName.
    """
    row = c.execute(select(project).where(project.c.id == project_id)).first()
    if row is None:
        raise UnknownName("project", f"#{project_id}", (p.name for p in list_all(c)))
    return _project(row)


def by_name(c: Connection, name: str) -> Project:
    """The project of that name.

    Raises: UnknownName, with near names.
    """
    row = c.execute(select(project).where(project.c.name == name)).first()
    if row is None:
        raise UnknownName("project", name, (p.name for p in list_all(c)))
    return _project(row)


def list_all(c: Connection) -> tuple[Project, ...]:
    """All projects, oldest first."""
    return tuple(_project(row) for row in c.execute(select(project).order_by(project.c.id)))


def set_active_model(c: Connection, project_id: ProjectId, model_id: ModelId | None) -> None:
    """Choose whose proposals are shown."""
    c.execute(update(project).where(project.c.id == project_id).values(active_model_id=model_id))


def rename(c: Connection, project_id: ProjectId, name: str) -> None:
    """Call a project by another name. Raises: AlreadyExists."""
    other = c.execute(select(project.c.id).where(project.c.name == name)).scalar()
    if other is not None and other != project_id:
        raise AlreadyExists(
            f"A project is already called {name!r}. Nothing was changed. Choose another name."
        )
    c.execute(update(project).where(project.c.id == project_id).values(name=name))


def set_backbone(c: Connection, project_id: ProjectId, backbone: str) -> None:
    """Choose the embedding that the map and the heads use."""
    c.execute(update(project).where(project.c.id == project_id).values(backbone=backbone))


def delete(c: Connection, project_id: ProjectId) -> None:
    """Remove a project with all that happened to it; the image files stay where they are."""
    operations = select(tables.operation.c.id).where(tables.operation.c.project_id == project_id)
    for journal in (tables.change, tables.bulk_change):
        c.execute(delete_from(journal).where(journal.c.operation_id.in_(operations)))
    for table in (
        tables.operation,
        tables.proposal,
        tables.rejection,
        tables.proposed_shape,
        tables.annotation,
        tables.duplicate,
        tables.image_file,
        tables.image,
        tables.image_stretch,
        tables.folder,
        tables.class_,
        tables.map_round,
        tables.model,
        tables.run,
    ):
        c.execute(delete_from(table).where(table.c.project_id == project_id))
    c.execute(delete_from(project).where(project.c.id == project_id))


def lock(c: Connection, project_id: ProjectId) -> Project:
    """The project, and nobody else records an operation in it until this transaction ends."""
    row = c.execute(select(project).where(project.c.id == project_id).with_for_update()).first()
    return get(c, project_id) if row is None else _project(row)


def _project(row: Row[Any]) -> Project:
    return Project(
        id=ProjectId(row.id),
        name=row.name,
        task=Task(row.task),
        multi_label=bool(row.multi_label),
        backbone=row.backbone,
        active_model_id=None if row.active_model_id is None else ModelId(row.active_model_id),
        created_at=from_us(row.created_us),
    )

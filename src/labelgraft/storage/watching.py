"""What changed in the database since somebody last looked: cheap enough to ask several times a second."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from sqlalchemy import Connection, func, select

from labelgraft.domain.ids import OperationId, ProjectId
from labelgraft.domain.operation import Operation
from labelgraft.storage import operations, proposed_shapes
from labelgraft.storage.tables import class_, counter, image, map_round, model, operation, project, run

Marks = Mapping[str, object]
"""Parts of a project, each with a value that differs after it changed."""


def last_operation(c: Connection) -> OperationId:
    """The newest operation of all projects; 0 before the first."""
    return OperationId(c.execute(select(func.max(operation.c.id))).scalar() or 0)


def operations_after(c: Connection, after: OperationId, most: int) -> tuple[tuple[ProjectId, Operation], ...]:
    """Operations of all projects above `after`, oldest first, at most `most`, each with its project."""
    statement = select(operation.c.id, operation.c.project_id).where(operation.c.id > after)
    found = c.execute(statement.order_by(operation.c.id).limit(most)).fetchall()
    projects = {row.id: ProjectId(row.project_id) for row in found}
    return tuple(
        (projects[each.id], each) for each in operations.of_ids(c, [OperationId(row.id) for row in found])
    )


def marks(c: Connection) -> dict[ProjectId, Marks]:
    """What each project is at now, part by part."""

    def newest(table: Any) -> Any:
        return select(func.max(table.c.id)).where(table.c.project_id == project.c.id).scalar_subquery()

    statement = select(
        project.c.id, project.c.name, project.c.backbone, project.c.active_model_id, newest(image).label("images"),
        newest(model).label("models"), newest(map_round).label("rounds"),
    )  # fmt: skip
    found: dict[ProjectId, dict[str, object]] = {
        ProjectId(row.id): {
            "project": (row.name, row.backbone, row.active_model_id), "images": row.images, "models": row.models,
            "rounds": row.rounds, "classes": (), "runs": (), "proposals": 0,
        }
        for row in c.execute(statement)
    }  # fmt: skip
    names = {proposed_shapes.puts_of(number): number for number in found}
    for row in c.execute(select(counter.c.name, counter.c.next).where(counter.c.name.in_(names))):
        found[names[row.name]]["proposals"] = row.next
    k = class_.c
    classes = select(k.project_id, k.id, k.name, k.colour, k.key, k.position, k.deleted).order_by(k.id)
    for part, rows in (
        ("classes", classes),
        ("runs", select(run.c.project_id, run.c.id, run.c.state).order_by(run.c.id)),
    ):
        for row in c.execute(rows):
            of = found.get(ProjectId(row.project_id))
            if of is not None:
                of[part] = (*_tuple(of[part]), tuple(row)[1:])
    return dict(found)


def _tuple(value: object) -> tuple[object, ...]:
    return value if isinstance(value, tuple) else ()

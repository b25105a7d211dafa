"""What persons did and when, for the measures of their pace and of the models' proposals."""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import datetime

import numpy as np
from sqlalchemy import Connection, func, select

from labelgraft.domain.annotation import AUTHOR_CODES, AuthorKind
from labelgraft.domain.arrays import Ints
from labelgraft.domain.ids import ModelId, OperationId, ProjectId
from labelgraft.domain.operation import Cause
from labelgraft.storage import journal
from labelgraft.storage.moments import from_us
from labelgraft.storage.tables import change, image, operation


@dataclass(frozen=True, slots=True)
class Gesture:
    """One operation without its changes. person: whose; "" for models and imports. model_id: of a MODEL_RUN, whose
    proposals came; else None. of_some: it was asked about some images, not about all.
    """

    operation_id: OperationId
    cause: Cause
    person: str
    made_at: datetime
    image_count: int
    model_id: ModelId | None
    of_some: bool = False

    @property
    def by_person(self) -> bool:
        """Whether a person did it."""
        return bool(self.person)


def every(c: Connection, project_id: ProjectId) -> list[Gesture]:
    """All operations of a project, oldest first."""
    o = operation.c
    statement = select(o.id, o.cause, o.author_kind, o.author_name, o.made_us, o.image_count, o.detail)
    rows = c.execute(statement.where(o.project_id == project_id).order_by(o.id)).fetchall()
    person = AUTHOR_CODES.index(AuthorKind.PERSON)
    return [
        Gesture(
            OperationId(row.id), Cause(row.cause), (row.author_name or "somebody") if row.author_kind == person else "",
            from_us(row.made_us), row.image_count,
            *(_model(row.detail) if row.cause == Cause.MODEL_RUN else (None, False)),
        )
        for row in rows
    ]  # fmt: skip


def last(c: Connection, project_id: ProjectId) -> int:
    """The number of the newest operation of a project, 0 before any: what was computed at it is still true."""
    statement = select(func.max(operation.c.id)).where(operation.c.project_id == project_id)
    return int(c.execute(statement).scalar() or 0)


def last_image(c: Connection, project_id: ProjectId) -> int:
    """The number of the newest image of a project, 0 before any: images come without an operation where none is labelled."""
    statement = select(func.max(image.c.id)).where(image.c.project_id == project_id)
    return int(c.execute(statement).scalar() or 0)


def single_images(c: Connection, project_id: ProjectId) -> dict[OperationId, int]:
    """The image of each operation that touched exactly one."""
    statement = (
        select(change.c.operation_id, change.c.image_id)
        .join_from(change, operation)
        .where(operation.c.project_id == project_id, operation.c.image_count == 1)
        .where(change.c.image_id.is_not(None))
        .distinct()
    )
    return {OperationId(by): int(image_id) for by, image_id in c.execute(statement)}


def images(c: Connection, operation_id: OperationId) -> Ints:
    """The images that an operation touched, ascending."""
    return np.asarray(journal.image_ids(c, operation_id), np.int64)


def asked(c: Connection, operation_id: OperationId) -> Ints:
    """The images that a model was asked about by an operation that is of_some, ascending."""
    return journal.asked(c, operation_id)


def _model(detail: str) -> tuple[ModelId | None, bool]:
    told = json.loads(detail)
    return None if told.get("model") is None else ModelId(int(told["model"])), "asked" in told

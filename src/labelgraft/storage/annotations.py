"""The annotations of this moment; they are changed only through operations."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import numpy as np
from sqlalchemy import Connection, Select, func, select

from labelgraft.domain.annotation import AUTHOR_CODES, Annotation, Author, LabelColumns
from labelgraft.domain.ids import ClassId, ImageId, ModelId, ProjectId
from labelgraft.storage import dialect, shape_texts
from labelgraft.storage.tables import annotation, class_


def of_images(c: Connection, image_ids: Iterable[ImageId]) -> dict[ImageId, tuple[Annotation, ...]]:
    """The annotations of each image, oldest first; every image asked for has an entry."""
    found: dict[ImageId, list[Annotation]] = {image_id: [] for image_id in image_ids}
    if not found:
        return {}
    statement = select(*_COLUMNS).where(dialect.among(c, annotation.c.image_id, found))
    for one in _read(c, statement.order_by(annotation.c.id)):
        found[one.image_id].append(one)
    return {image_id: tuple(listed) for image_id, listed in found.items()}


def of_class(c: Connection, class_id: ClassId) -> tuple[Annotation, ...]:
    """All annotations with that class, by image."""
    statement = select(*_COLUMNS).where(annotation.c.class_id == class_id)
    return tuple(_read(c, statement.order_by(annotation.c.image_id)))


def columns(c: Connection, project_id: ProjectId) -> LabelColumns:
    """All annotations of a project, ordered by image, then class."""
    a = annotation.c
    statement = select(a.image_id, a.class_id, a.author_kind).where(a.project_id == project_id)
    rows = c.execute(statement).fetchall()
    table = np.array([tuple(row) for row in rows], np.int64).reshape(-1, 3)
    table = table[np.lexsort((table[:, 1], table[:, 0]))]
    return LabelColumns(
        image_ids=np.ascontiguousarray(table[:, 0]),
        class_ids=np.ascontiguousarray(table[:, 1]),
        author_kinds=table[:, 2].astype(np.int8),
    )


def counts(c: Connection, project_id: ProjectId) -> dict[ClassId, int]:
    """How many annotations each class has; classes without any are left out."""
    a = annotation.c
    of_project = select(class_.c.id).where(class_.c.project_id == project_id)
    statement = select(a.class_id, func.count()).where(a.class_id.in_(of_project)).group_by(a.class_id)
    return {ClassId(class_id): count for class_id, count in c.execute(statement)}


_COLUMNS = tuple(
    annotation.c[name]
    for name in (
        "id", "image_id", "class_id", "author_kind", "author_name", "author_model_id", "accepted_from",
        "shape", "traits",
    )
)  # fmt: skip


def _read(c: Connection, statement: Select[Any]) -> list[Annotation]:
    """Rows as annotations; those of one author share one value, which bulk work counts on."""
    authors: dict[tuple[int, str, int | None], Author] = {}
    listed = []
    for number, image_id, class_id, kind, name, model_id, accepted, shape, traits in c.execute(
        statement
    ).fetchall():
        key = (kind, name, model_id)
        if key not in authors:
            authors[key] = Author(AUTHOR_CODES[kind], name, model_number(model_id))
        listed.append(
            Annotation(
                number, image_id, class_id, authors[key], accepted, shape_texts.shape(shape),
                shape_texts.traits(traits),
            )
        )  # fmt: skip
    return listed


def model_number(value: int | None) -> ModelId | None:
    """A model's number, or None."""
    return None if value is None else ModelId(value)

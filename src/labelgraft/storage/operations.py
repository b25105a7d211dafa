"""The journal: every change of annotations, images' states and classes, with its before and after.

An operation's changes are applied and written down in the caller's transaction: both or neither. The order of
operations is the order of their numbers, never of the clock.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from sqlalchemy import Connection, Row, func, insert, select, update

from labelgraft.domain.annotation import AUTHOR_CODES, Author, AuthorKind
from labelgraft.domain.ids import AnnotationId, ClassId, ImageId, OperationId, ProjectId
from labelgraft.domain.operation import (
    AnnotationChange,
    Cause,
    Changes,
    ClassChange,
    ImageChange,
    Operation,
)
from labelgraft.errors import BadInput, StaleRevision
from labelgraft.storage import annotations as truth
from labelgraft.storage import applying, counters, dialect, journal_json, projects
from labelgraft.storage.moments import from_us, now_us
from labelgraft.storage.tables import change, image, operation


def record(
    c: Connection,
    project_id: ProjectId,
    *,
    author: Author,
    cause: Cause,
    summary: str,
    detail: Mapping[str, Any] | None = None,
    annotation_changes: Sequence[AnnotationChange] = (),
    image_changes: Sequence[ImageChange] = (),
    class_changes: Sequence[ClassChange] = (),
    expected_revisions: Mapping[ImageId, int] | None = None,
    idempotency_key: str | None = None,
    reverts: OperationId | None = None,
) -> Operation:
    """Apply changes and write them into the journal, as one operation.

    Every image touched gets revision + 1. With an idempotency key that the project has seen, nothing is
    done and the operation of that time is given.

    Raises: StaleRevision if an image is not at its expected revision; BadInput if an image is not of this
    project. Nothing is saved then.
    """
    projects.lock(c, project_id)
    done = by_idempotency_key(c, project_id, idempotency_key)
    if done is not None:
        return done
    touched = {a.image_id for a in annotation_changes} | {i.image_id for i in image_changes}
    check_revisions(c, expected_revisions)
    _check_images(c, project_id, touched)
    changes = Changes(tuple(annotation_changes), tuple(image_changes), tuple(class_changes))
    applying.apply(c, project_id, changes, touched)
    operation_id = counters.take(c, "operation")
    c.execute(
        insert(operation).values(
            id=operation_id,
            project_id=project_id,
            author_kind=AUTHOR_CODES.index(author.kind),
            author_name=author.name,
            author_model_id=author.model_id,
            cause=cause.value,
            made_us=now_us(),
            summary=summary,
            detail=json.dumps(dict(detail or {}), allow_nan=False),
            image_count=len(touched),
            reverts=reverts,
            idempotency_key=idempotency_key,
        )
    )
    _write_changes(c, operation_id, changes)
    if reverts is not None:
        c.execute(update(operation).where(operation.c.id == reverts).values(reverted_by=operation_id))
    return get(c, OperationId(operation_id))


def get(c: Connection, operation_id: OperationId) -> Operation:
    """The operation with that number.

    Raises: BadInput if there is none.
    """
    row = c.execute(select(operation).where(operation.c.id == operation_id)).first()
    if row is None:
        raise BadInput(f"There is no operation {operation_id}. The history lists those there are.")
    return _operation(row)


def project_of(c: Connection, operation_id: OperationId) -> ProjectId:
    """The project that an operation belongs to.

    Raises: BadInput if there is no such operation.
    """
    found = c.execute(select(operation.c.project_id).where(operation.c.id == operation_id)).scalar()
    if found is None:
        raise BadInput(f"There is no operation {operation_id}. The history lists those there are.")
    return ProjectId(found)


def by_idempotency_key(c: Connection, project_id: ProjectId, key: str | None) -> Operation | None:
    """The operation that was done under that key, if any."""
    if key is None:
        return None
    where = (operation.c.project_id == project_id) & (operation.c.idempotency_key == key)
    row = c.execute(select(operation).where(where)).first()
    return None if row is None else _operation(row)


def page(
    c: Connection, project_id: ProjectId, before: OperationId | None = None, limit: int = 50
) -> tuple[Operation, ...]:
    """The newest operations, newest first; `before` continues below that one."""
    statement = select(operation).where(operation.c.project_id == project_id)
    if before is not None:
        statement = statement.where(operation.c.id < before)
    rows = c.execute(statement.order_by(operation.c.id.desc()).limit(limit))
    return tuple(_operation(row) for row in rows)


def of_ids(c: Connection, operation_ids: Iterable[OperationId]) -> tuple[Operation, ...]:
    """The operations with these numbers, oldest first."""
    statement = select(operation).where(dialect.among(c, operation.c.id, operation_ids))
    return tuple(_operation(row) for row in c.execute(statement.order_by(operation.c.id)))


def of_image(c: Connection, image_id: ImageId, limit: int = 100) -> tuple[Operation, ...]:
    """The newest operations that touched an image, newest first."""
    numbers = select(change.c.operation_id).where(change.c.image_id == image_id).distinct()
    statement = select(operation).where(operation.c.id.in_(numbers))
    rows = c.execute(statement.order_by(operation.c.id.desc()).limit(limit))
    return tuple(_operation(row) for row in rows)


def changes(c: Connection, operation_id: OperationId) -> Changes:
    """Everything that an operation changed, in the order it was written."""
    statement = select(change).where(change.c.operation_id == operation_id).order_by(change.c.seq)
    of_annotations: list[AnnotationChange] = []
    of_images: list[ImageChange] = []
    of_classes: list[ClassChange] = []
    for row in c.execute(statement):
        if row.subject == "annotation":
            of_annotations.append(
                journal_json.annotation_change(
                    ImageId(row.image_id), AnnotationId(row.annotation_id), row.before, row.after
                )
            )
        elif row.subject == "image":
            of_images.append(journal_json.image_change(ImageId(row.image_id), row.before, row.after))
        else:
            of_classes.append(journal_json.class_change(ClassId(row.class_id), row.before, row.after))
    return Changes(tuple(of_annotations), tuple(of_images), tuple(of_classes))


def check_revisions(c: Connection, expected: Mapping[ImageId, int] | None) -> None:
    """Nobody has touched these images since the caller looked.

    Raises: StaleRevision for the first image that is at another revision.
    """
    if not expected:
        return
    found = revisions(c, expected)
    for image_id, revision in expected.items():
        at = found.get(image_id)
        if at is None:
            raise BadInput(f"There is no image {image_id}. Nothing was saved.")
        if at != revision:
            current = truth.of_images(c, [image_id])[image_id]
            raise StaleRevision(image_id, expected=revision, found=at, current=current)


def revisions(c: Connection, image_ids: Iterable[ImageId]) -> dict[ImageId, int]:
    """The revision of each of these images."""
    statement = select(image.c.id, image.c.revision).where(dialect.among(c, image.c.id, image_ids))
    return {row[0]: row[1] for row in c.execute(statement).fetchall()}


def _check_images(c: Connection, project_id: ProjectId, image_ids: set[ImageId]) -> None:
    if not image_ids:
        return
    theirs = select(func.count()).where(
        dialect.among(c, image.c.id, image_ids), image.c.project_id == project_id
    )
    found = c.execute(theirs).scalar_one()
    if found != len(image_ids):
        raise BadInput(
            f"{len(image_ids) - found} of {len(image_ids)} images are not in this project. Nothing was saved."
        )


def _write_changes(c: Connection, operation_id: int, changes: Changes) -> None:
    texts = journal_json.ClaimTexts()
    rows: list[tuple[Any, ...]] = [
        (
            operation_id, seq, "annotation", a.image_id, a.annotation_id, None,
            texts.of(a.before), texts.of(a.after),
        )
        for seq, a in enumerate(changes.annotations)
    ]  # fmt: skip
    fields: dict[int, str] = {}
    for i in changes.images:
        for one in (i.before, i.after):
            if id(one) not in fields:
                fields[id(one)] = journal_json.image_text(one)
        before, after = fields[id(i.before)], fields[id(i.after)]
        rows.append((operation_id, len(rows), "image", i.image_id, None, None, before, after))
    for k in changes.classes:
        class_texts = (journal_json.class_text(k.before), journal_json.class_text(k.after))
        rows.append((operation_id, len(rows), "class", None, None, k.class_id, *class_texts))
    names = ("operation_id", "seq", "subject", "image_id", "annotation_id", "class_id", "before", "after")
    dialect.insert_rows(c, change, names, rows)


def _operation(row: Row[Any]) -> Operation:
    kind: AuthorKind = AUTHOR_CODES[row.author_kind]
    return Operation(
        id=OperationId(row.id),
        author=Author(kind, row.author_name, truth.model_number(row.author_model_id)),
        cause=Cause(row.cause),
        made_at=from_us(row.made_us),
        summary=row.summary,
        image_count=row.image_count,
        detail=json.loads(row.detail),
        reverts=None if row.reverts is None else OperationId(row.reverts),
        reverted_by=None if row.reverted_by is None else OperationId(row.reverted_by),
    )

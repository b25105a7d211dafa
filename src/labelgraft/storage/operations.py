"""The journal: every change of annotations, images' states and classes, with its before and after.

An operation's changes are applied and written down in the caller's transaction: both or neither. The order of
operations is the order of their numbers, never of the clock.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from sqlalchemy import Connection, Row, insert, select, update

from labelgraft.domain.annotation import AUTHOR_CODES, Author, AuthorKind
from labelgraft.domain.ids import ImageId, OperationId, ProjectId
from labelgraft.domain.operation import (
    AnnotationChange,
    Cause,
    Changes,
    ClassChange,
    ImageChange,
    Operation,
    ProposalChange,
    ProposedShapeChange,
)
from labelgraft.errors import BadInput, StaleRevision, UnknownNumber
from labelgraft.storage import annotations as truth
from labelgraft.storage import applying, counters, dialect, journal, marks, projects
from labelgraft.storage.moments import from_us, now_us
from labelgraft.storage.tables import operation


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
    proposal_changes: Sequence[ProposalChange] = (),
    proposed_shape_changes: Sequence[ProposedShapeChange] = (),
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
    check_revisions(c, project_id, expected_revisions)
    of_images = (annotation_changes, image_changes, proposal_changes, proposed_shape_changes)
    touched = _touched(c, project_id, {one.image_id for listed in of_images for one in listed})
    changes = Changes(
        tuple(annotation_changes),
        tuple(image_changes),
        tuple(class_changes),
        tuple(proposal_changes),
        tuple(proposed_shape_changes),
    )
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
            image_count=len(touched.image_ids),
            reverts=reverts,
            idempotency_key=idempotency_key,
        )
    )
    journal.write(c, operation_id, changes)
    if reverts is not None:
        c.execute(update(operation).where(operation.c.id == reverts).values(reverted_by=operation_id))
    return get(c, OperationId(operation_id))


def retell(c: Connection, operation_id: OperationId, summary: str, detail: Mapping[str, Any]) -> Operation:
    """Say what a job's operation came to, now that it is over; what it did to images is never told otherwise."""
    values = {"summary": summary, "detail": json.dumps(dict(detail), allow_nan=False)}
    c.execute(update(operation).where(operation.c.id == operation_id).values(**values))
    return get(c, operation_id)


def get(c: Connection, operation_id: OperationId) -> Operation:
    """The operation with that number.

    Raises: UnknownNumber if there is none.
    """
    row = c.execute(select(operation).where(operation.c.id == operation_id)).first()
    if row is None:
        raise UnknownNumber(f"There is no operation {operation_id}. The history lists those there are.")
    return _operation(row)


def project_of(c: Connection, operation_id: OperationId) -> ProjectId:
    """The project that an operation belongs to.

    Raises: UnknownNumber if there is no such operation.
    """
    found = c.execute(select(operation.c.project_id).where(operation.c.id == operation_id)).scalar()
    if found is None:
        raise UnknownNumber(f"There is no operation {operation_id}. The history lists those there are.")
    return ProjectId(found)


def is_of(c: Connection, project_id: ProjectId, operation_id: OperationId) -> bool:
    """Whether a project has an operation of that number."""
    where = (operation.c.id == operation_id) & (operation.c.project_id == project_id)
    return c.execute(select(operation.c.id).where(where)).first() is not None


def by_idempotency_key(c: Connection, project_id: ProjectId, key: str | None) -> Operation | None:
    """The operation that was done under that key, if any."""
    if key is None:
        return None
    where = (operation.c.project_id == project_id) & (operation.c.idempotency_key == key)
    row = c.execute(select(operation).where(where)).first()
    return None if row is None else _operation(row)


def done_before(
    c: Connection, project_id: ProjectId, key: str | None, request_digest: str
) -> Operation | None:
    """The operation that was done under a key by the same request; waits for the project.

    Raises: BadInput if the key belongs to another request.
    """
    projects.lock(c, project_id)
    done = by_idempotency_key(c, project_id, key)
    if done is None:
        return None
    digest = c.execute(select(operation.c.request_digest).where(operation.c.id == done.id)).scalar()
    if digest not in (None, request_digest):
        raise BadInput(
            f"Idempotency-Key {key!r} was used for another request, which is operation {done.id}. Nothing was "
            "changed. Take a new key for a new gesture."
        )
    return done


def remember_request(c: Connection, operation_id: OperationId, request_digest: str) -> None:
    """Keep what an operation was asked with, so that its key cannot serve another request."""
    c.execute(update(operation).where(operation.c.id == operation_id).values(request_digest=request_digest))


def page(
    c: Connection, project_id: ProjectId, before: OperationId | None = None, limit: int = 50,
    cause: Cause | None = None,
) -> tuple[Operation, ...]:  # fmt: skip
    """The newest operations, newest first; `before` continues below that one. cause: only those of this one."""
    statement = select(operation).where(operation.c.project_id == project_id)
    if cause is not None:
        statement = statement.where(operation.c.cause == cause.value)
    if before is not None:
        statement = statement.where(operation.c.id < before)
    rows = c.execute(statement.order_by(operation.c.id.desc()).limit(limit))
    return tuple(_operation(row) for row in rows)


def of_ids(c: Connection, operation_ids: Iterable[OperationId]) -> tuple[Operation, ...]:
    """The operations with these numbers, oldest first."""
    statement = select(operation).where(dialect.among(c, operation.c.id, operation_ids))
    return tuple(_operation(row) for row in c.execute(statement.order_by(operation.c.id)))


def of_image(
    c: Connection, project_id: ProjectId, image_id: ImageId, limit: int = 100
) -> tuple[Operation, ...]:
    """The newest operations that touched an image, newest first."""
    numbers = sorted(journal.operations_of_image(c, project_id, image_id))[-limit:]
    return of_ids(c, numbers)[::-1]


def check_revisions(c: Connection, project_id: ProjectId, expected: Mapping[ImageId, int] | None) -> None:
    """Nobody has touched these images since the caller looked.

    Raises: StaleRevision for the first image that is at another revision.
    """
    if not expected:
        return
    found = revisions(c, project_id, expected)
    for image_id, revision in expected.items():
        at = found.get(image_id)
        if at is None:
            raise UnknownNumber(f"There is no image {image_id} in this project. Nothing was saved.")
        if at != revision:
            current = truth.of_images(c, [image_id])[image_id]
            raise StaleRevision(image_id, expected=revision, found=at, current=current)


def revisions(c: Connection, project_id: ProjectId, image_ids: Iterable[ImageId]) -> dict[ImageId, int]:
    """The revision of each of these images of the project."""
    known = marks.of_ids(c, project_id, image_ids)
    listed = zip(known.image_ids.tolist(), known.revisions.tolist(), strict=True)
    return {ImageId(image_id): revision for image_id, revision in listed}


def check_all_known(known: int, wanted: int) -> None:
    """Raises: BadInput if some of the images that were asked for are not in the project."""
    if known != wanted:
        raise BadInput(f"{wanted - known} of {wanted} images are not in this project. Nothing was saved.")


def _touched(c: Connection, project_id: ProjectId, image_ids: set[ImageId]) -> marks.Marks:
    known = marks.of_ids(c, project_id, image_ids)
    check_all_known(len(known.image_ids), len(image_ids))
    return known


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

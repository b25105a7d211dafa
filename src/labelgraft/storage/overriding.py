"""Which later operations are overridden when an earlier one is taken back."""

from __future__ import annotations

from collections import defaultdict
from functools import lru_cache

from sqlalchemy import Connection, func, select

from labelgraft.domain.ids import AnnotationId, ImageId, OperationId, ProjectId
from labelgraft.domain.image import ImageState
from labelgraft.domain.operation import Changes, ImageChange, ImageFields, Overridden
from labelgraft.storage import journal, journal_json, operations
from labelgraft.storage.tables import change


def find(
    c: Connection, project_id: ProjectId, operation_id: OperationId, done: Changes, back: Changes
) -> tuple[Overridden, ...]:
    """The later operations whose results are lost when `back` takes `done` back, oldest first."""
    images_of: dict[OperationId, set[ImageId]] = defaultdict(set)
    for image_id, by in _later_annotations(c, project_id, operation_id, done, back):
        images_of[by].add(image_id)
    for image_id, by in _later_fields(c, project_id, operation_id, done, back):
        images_of[by].add(image_id)
    for by in _later_classes(c, operation_id, done, back):
        images_of[by] |= set()
    found = operations.of_ids(c, images_of)
    return tuple(Overridden(one, len(images_of[one.id])) for one in found)


def _later_annotations(
    c: Connection, project_id: ProjectId, operation_id: OperationId, done: Changes, back: Changes
) -> list[tuple[ImageId, OperationId]]:
    left = {one.annotation_id: one.after for one in done.annotations}
    lost = {
        one.annotation_id: one.image_id
        for one in back.annotations
        if one.annotation_id not in left or left[one.annotation_id] != one.before
    }
    if not lost:
        return []
    last: dict[int, OperationId] = {}
    for by, (_, number, _, _) in journal.later(c, project_id, operation_id, "annotation", set(lost.values())):
        last[number] = max(by, last.get(number, by))
    return [(lost[AnnotationId(number)], by) for number, by in last.items() if number in lost]


def _later_fields(
    c: Connection, project_id: ProjectId, operation_id: OperationId, done: Changes, back: Changes
) -> list[tuple[ImageId, OperationId]]:
    did = {one.image_id: one for one in done.images}
    lost: dict[ImageId, set[str]] = {}
    for one in back.images:
        mine = did.get(one.image_id)
        if mine is not None:
            fields = _changed(mine) & _changed(one)
            lost[one.image_id] = {f for f in fields if _value(mine.after, f) != _value(one.before, f)}
    lost = {image_id: fields for image_id, fields in lost.items() if fields}
    if not lost:
        return []
    last: dict[tuple[ImageId, str], OperationId] = {}
    for by, (number, _, before, after) in journal.later(c, project_id, operation_id, "image", lost):
        image_id = ImageId(number)
        for field in _changed_fields(before or "", after or "") & lost[image_id]:
            last[image_id, field] = max(by, last.get((image_id, field), by))
    return [(image_id, by) for (image_id, _), by in last.items()]


@lru_cache(4096)
def _changed_fields(before: str, after: str) -> frozenset[str]:
    return frozenset(_changed(journal_json.image_change(ImageId(0), before, after)))


def _changed(one: ImageChange) -> set[str]:
    return {f for f in ("state", "split", "folder") if _value(one.before, f) != _value(one.after, f)}


def _value(fields: ImageFields, name: str) -> object:
    """New and proposed are the same answer: none."""
    value = getattr(fields, name)
    return ImageState.NEW if value is ImageState.PROPOSED else value


def _later_classes(
    c: Connection, operation_id: OperationId, done: Changes, back: Changes
) -> list[OperationId]:
    left = {one.class_id: one.after for one in done.classes}
    lost = [
        one.class_id for one in back.classes if one.class_id not in left or left[one.class_id] != one.before
    ]
    if not lost:
        return []
    statement = select(func.max(change.c.operation_id)).where(
        change.c.operation_id > operation_id, change.c.subject == "class", change.c.class_id.in_(lost)
    )
    rows = c.execute(statement.group_by(change.c.class_id)).scalars()
    return [OperationId(by) for by in rows]

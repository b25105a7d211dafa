"""Classes of a project. Adding is plain; renaming, deleting and merging are operations."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from sqlalchemy import Connection, Row, insert, select

from labelgraft.domain.annotation import Annotation, Author
from labelgraft.domain.ids import ClassId, ImageId, ProjectId
from labelgraft.domain.operation import AnnotationChange, Cause, ClassChange, Operation
from labelgraft.domain.project import CLASS_COLOURS, LabelClass
from labelgraft.errors import AlreadyExists, BadInput, UnknownName
from labelgraft.storage import annotations as truth
from labelgraft.storage import counters, operations, settling
from labelgraft.storage.tables import class_

KEYS = "123456789abcdefghijklmnopqrstuvwxyz"
"""Keys given to classes in turn."""


def of_project(c: Connection, project_id: ProjectId) -> tuple[LabelClass, ...]:
    """The classes of a project in their order, without deleted ones."""
    where = (class_.c.project_id == project_id) & (class_.c.deleted == 0)
    rows = c.execute(select(class_).where(where).order_by(class_.c.position, class_.c.id))
    return tuple(from_row(row) for row in rows)


def get(c: Connection, project_id: ProjectId, class_id: ClassId) -> LabelClass:
    """The class with that number.

    Raises: BadInput if the project does not have it, or no longer.
    """
    for one in of_project(c, project_id):
        if one.id == class_id:
            return one
    raise BadInput(f"The project has no class number {class_id}. It may have been deleted since.")


def by_name(c: Connection, project_id: ProjectId, name: str) -> LabelClass:
    """The class of that name.

    Raises: UnknownName, with near names.
    """
    known = of_project(c, project_id)
    for one in known:
        if one.name == name:
            return one
    raise UnknownName("class", name, (k.name for k in known))


def last_known(c: Connection, class_id: ClassId) -> LabelClass:
    """The class as it is, or as it was when it was deleted."""
    return from_row(c.execute(select(class_).where(class_.c.id == class_id)).one())


def ensure(c: Connection, project_id: ProjectId, names: Sequence[str]) -> dict[str, ClassId]:
    """The numbers of classes by name, in the order given; missing ones are added with colour and key.

    Raises: BadInput if a name is empty.
    """
    known = of_project(c, project_id)
    numbers = {k.name: k.id for k in known}
    missing = [name for name in dict.fromkeys(names) if name not in numbers]
    if any(not name.strip() for name in missing):
        raise BadInput("A class needs a name that is not empty. No class was added.")
    free_keys = [key for key in KEYS if key not in {k.key for k in known}]
    position = max((k.position for k in known), default=-1) + 1
    first = counters.take(c, "class", len(missing))
    for i, name in enumerate(missing):
        values = {
            "id": first + i,
            "project_id": project_id,
            "name": name,
            "colour": CLASS_COLOURS[(position + i) % len(CLASS_COLOURS)],
            "key": free_keys[i] if i < len(free_keys) else None,
            "position": position + i,
            "deleted": 0,
        }
        c.execute(insert(class_).values(values))
        numbers[name] = ClassId(first + i)
    return {name: numbers[name] for name in names}


def rename(
    c: Connection, project_id: ProjectId, class_id: ClassId, name: str, *, author: Author
) -> Operation:
    """Give a class another name, as one operation; its annotations stay as they are.

    Raises: BadInput if the name is empty or the class unknown; AlreadyExists if another class has the name.
    """
    old = get(c, project_id, class_id)
    new = LabelClass(old.id, name, old.colour, old.key, old.position)
    return change(c, project_id, new, author=author, summary=f"Renamed class {old.name} to {name}")


def change(
    c: Connection, project_id: ProjectId, new: LabelClass, *, author: Author, summary: str = ""
) -> Operation:
    """Change name, colour, key or position of a class, as one operation.

    Raises: BadInput if the name is empty or the class unknown; AlreadyExists if another class has the name
    or the key.
    """
    old = get(c, project_id, new.id)
    if not new.name.strip():
        raise BadInput("A class needs a name that is not empty. Nothing was changed.")
    for other in of_project(c, project_id):
        if other.id != new.id and other.name == new.name:
            raise AlreadyExists(
                f"Another class is already called {new.name!r}. Merge them, or choose another."
            )
        if other.id != new.id and new.key is not None and other.key == new.key:
            raise AlreadyExists(
                f"The key {new.key!r} belongs to the class {other.name!r}. Choose another key."
            )
    return operations.record(
        c,
        project_id,
        author=author,
        cause=Cause.CLASSES,
        summary=summary or f"Changed class {old.name}",
        class_changes=[ClassChange(new.id, old, new)],
    )


def delete(c: Connection, project_id: ProjectId, class_id: ClassId, *, author: Author) -> Operation:
    """Delete a class and its annotations, as one operation that can be taken back.

    Raises: BadInput if the class is unknown.
    """
    old = get(c, project_id, class_id)
    removed = truth.of_class(c, class_id)
    return settling.settle(
        c,
        project_id,
        [AnnotationChange(a.image_id, a.id, a, None) for a in removed],
        author=author,
        cause=Cause.CLASSES,
        summary=f"Deleted class {old.name} from {len(removed)} images",
        class_changes=[ClassChange(class_id, old, None)],
    )


def merge(
    c: Connection, project_id: ProjectId, class_id: ClassId, into: ClassId, *, author: Author
) -> Operation:
    """Move all annotations of a class to another and delete the class, as one operation.

    An image that has both keeps one. Raises: BadInput if a class is unknown or both are the same.
    """
    if class_id == into:
        raise BadInput("A class cannot be merged into itself. Choose two classes.")
    old, kept = get(c, project_id, class_id), get(c, project_id, into)
    moved = truth.of_class(c, class_id)
    present: set[ImageId] = {a.image_id for a in truth.of_class(c, into)}
    return settling.settle(
        c,
        project_id,
        [AnnotationChange(a.image_id, a.id, a, _moved(a, into, present)) for a in moved],
        author=author,
        cause=Cause.CLASSES,
        summary=f"Merged class {old.name} into {kept.name} on {len(moved)} images",
        class_changes=[ClassChange(class_id, old, None)],
    )


def _moved(a: Annotation, into: ClassId, present: set[ImageId]) -> Annotation | None:
    return None if a.image_id in present else Annotation(a.id, a.image_id, into, a.author, a.accepted_from)


def from_row(row: Row[Any]) -> LabelClass:
    """The class in a row of the table."""
    return LabelClass(ClassId(row.id), row.name, row.colour, row.key, row.position)

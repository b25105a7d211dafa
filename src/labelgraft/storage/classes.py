"""Classes of a project. Ensuring them is plain; adding one, changing, deleting and merging are operations."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

from sqlalchemy import Connection, Row, insert, select, update

from labelgraft.domain.annotation import Annotation, Author
from labelgraft.domain.ids import ClassId, ImageId, ProjectId
from labelgraft.domain.operation import AnnotationChange, Cause, ClassChange, Operation
from labelgraft.domain.project import CLASS_COLOURS, LabelClass
from labelgraft.domain.shapes.keypoints import Skeleton
from labelgraft.errors import AlreadyExists, BadInput, UnknownName
from labelgraft.storage import annotations as truth
from labelgraft.storage import counters, dialect, operations, proposal_rows, settling, shape_texts
from labelgraft.storage.tables import class_

KEYS = "1234567890"
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


def ensure(
    c: Connection,
    project_id: ProjectId,
    names: Sequence[str],
    skeletons: Mapping[str, Skeleton] | None = None,
) -> dict[str, ClassId]:
    """The numbers of classes by name, in the order given; missing ones are added with colour, key and skeleton.

    Raises: BadInput if a name is empty.
    """
    counters.hold(c, "class")  # two processes that add the same one find one
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
            "skeleton": shape_texts.skeleton_text((skeletons or {}).get(name)),
            "deleted": 0,
        }
        c.execute(insert(class_).values(values))
        numbers[name] = ClassId(first + i)
    return {name: numbers[name] for name in names}


def add(
    c: Connection,
    project_id: ProjectId,
    name: str,
    *,
    author: Author,
    colour: str | None = None,
    key: str | None = None,
    idempotency_key: str | None = None,
) -> tuple[LabelClass, Operation]:
    """Add one class, as one operation; colour and key are chosen where none is given.

    Raises: BadInput if the name is empty or the colour or key is none; AlreadyExists for a name or key in use.
    """
    known = of_project(c, project_id)
    if any(one.name == name for one in known):
        raise AlreadyExists(f"There is a class called {name!r} already. Choose another name.")
    made = ensure(c, project_id, [name])[name]
    new = next(one for one in of_project(c, project_id) if one.id == made)
    new = replace(new, colour=colour or new.colour, key=new.key if key is None else key)
    check(new, known)
    c.execute(update(class_).where(class_.c.id == made).values(deleted=1))  # until the operation adds it
    done = operations.record(
        c,
        project_id,
        author=author,
        cause=Cause.CLASSES,
        summary=f"Added class {name}",
        class_changes=[ClassChange(made, None, new)],
        idempotency_key=idempotency_key,
    )
    return new, done


def add_several(
    c: Connection,
    project_id: ProjectId,
    names: Sequence[str],
    *,
    author: Author,
    idempotency_key: str | None = None,
) -> Operation:
    """Add classes with colours and keys of our choice, as one operation.

    Raises: BadInput if a name is empty or given twice; AlreadyExists if the project has one of them.
    """
    taken = {one.name for one in of_project(c, project_id)}
    known = [name for name in names if name in taken]
    if known:
        raise AlreadyExists(f"There are classes called {', '.join(known[:5])} already. No class was added.")
    if len(set(names)) < len(names):
        raise BadInput("A class is named twice. No class was added.")
    made = set(ensure(c, project_id, names).values())
    new = [one for one in of_project(c, project_id) if one.id in made]
    # Not there until the operation adds them.
    c.execute(update(class_).where(dialect.among(c, class_.c.id, made)).values(deleted=1))
    summary = (
        f"Added class {names[0]}" if len(names) == 1 else f"Added {len(names)} classes: {', '.join(names)}"
    )
    return operations.record(
        c,
        project_id,
        author=author,
        cause=Cause.CLASSES,
        summary=summary[:300],
        class_changes=[ClassChange(one.id, None, one) for one in new],
        idempotency_key=idempotency_key,
    )


def reorder(
    c: Connection,
    project_id: ProjectId,
    class_ids: Sequence[ClassId],
    *,
    author: Author,
    idempotency_key: str | None = None,
) -> Operation:
    """Put the classes into this order, as one operation.

    Raises: BadInput if these are not all the classes of the project, each once.
    """
    known = {one.id: one for one in of_project(c, project_id)}
    if sorted(class_ids) != sorted(known):
        raise BadInput(
            f"The order names {len(class_ids)} classes, expected each of the {len(known)} of the project once. "
            "Nothing was changed."
        )
    moved = [
        (known[number], place) for place, number in enumerate(class_ids) if known[number].position != place
    ]
    return operations.record(
        c,
        project_id,
        author=author,
        cause=Cause.CLASSES,
        summary=f"Classes in another order: {', '.join(known[number].name for number in class_ids)}"[:300],
        class_changes=[ClassChange(old.id, old, replace(old, position=place)) for old, place in moved],
        idempotency_key=idempotency_key,
    )


def rename(
    c: Connection, project_id: ProjectId, class_id: ClassId, name: str, *, author: Author
) -> Operation:
    """Give a class another name, as one operation; its annotations stay as they are.

    Raises: BadInput if the name is empty or the class unknown; AlreadyExists if another class has the name.
    """
    old = get(c, project_id, class_id)
    new = replace(old, name=name)
    return change(c, project_id, new, author=author, summary=f"Renamed class {old.name} to {name}")


def change(
    c: Connection,
    project_id: ProjectId,
    new: LabelClass,
    *,
    author: Author,
    summary: str = "",
    idempotency_key: str | None = None,
) -> Operation:
    """Change name, colour, key, position or skeleton of a class, as one operation.

    Raises: BadInput if the name is empty or the class unknown; AlreadyExists if another class has the name
    or the key.
    """
    old = get(c, project_id, new.id)
    check(new, of_project(c, project_id))
    return operations.record(
        c,
        project_id,
        author=author,
        cause=Cause.CLASSES,
        summary=summary or f"Changed class {old.name}",
        class_changes=[ClassChange(new.id, old, new)],
        idempotency_key=idempotency_key,
    )


def same_key(one: str | None, other: str | None) -> bool:
    """Whether two classes would answer to the same press; a letter is one key, large or small."""
    return one is not None and other is not None and one.upper() == other.upper()


def check(new: LabelClass, known: Sequence[LabelClass]) -> None:
    """A class is fit to stand among those of its project.

    Raises: BadInput for an empty name, a colour that is not #rrggbb, or a key that is not one visible character;
    AlreadyExists if another class has the name or the key.
    """
    if not new.name.strip():
        raise BadInput("A class needs a name that is not empty. Nothing was changed.")
    if not re.fullmatch(r"#[0-9a-fA-F]{6}", new.colour):
        raise BadInput(
            f"colour: found {new.colour!r}, expected # and six hexadecimal digits. Nothing was changed."
        )
    if new.key is not None and not (len(new.key) == 1 and new.key.isprintable() and new.key != " "):
        raise BadInput(f"key: found {new.key!r}, expected one visible character. Nothing was changed.")
    for other in known:
        if other.id != new.id and other.name == new.name:
            raise AlreadyExists(
                f"Another class is already called {new.name!r}. Merge them, or choose another."
            )
        if other.id != new.id and same_key(other.key, new.key):
            raise AlreadyExists(
                f"The key {new.key!r} belongs to the class {other.name!r}. Choose another key."
            )


def delete(
    c: Connection,
    project_id: ProjectId,
    class_id: ClassId,
    *,
    author: Author,
    idempotency_key: str | None = None,
) -> Operation:
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
        losing=_left_without(c, project_id, class_id),
        idempotency_key=idempotency_key,
    )


def merge(
    c: Connection,
    project_id: ProjectId,
    class_id: ClassId,
    into: ClassId,
    *,
    author: Author,
    idempotency_key: str | None = None,
) -> Operation:
    """Move all annotations of a class to another and delete the class, as one operation.

    An image that has both keeps one; instances all stay. Raises: BadInput if a class is unknown or both are the same.
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
        losing=_left_without(c, project_id, class_id),
        idempotency_key=idempotency_key,
    )


def _left_without(c: Connection, project_id: ProjectId, class_id: ClassId) -> set[ImageId]:
    """Images all of whose proposals are of one class; when it goes, they have none."""
    theirs = proposal_rows.images_of_classes(c, project_id, [class_id])
    listed = proposal_rows.of_images(c, project_id, theirs)
    return {image_id for image_id, found in listed.items() if all(p.class_id == class_id for p in found)}


def _moved(a: Annotation, into: ClassId, present: set[ImageId]) -> Annotation | None:
    doubled = a.shape is None and a.image_id in present
    return None if doubled else replace(a, class_id=into)


def from_row(row: Row[Any]) -> LabelClass:
    """The class in a row of the table."""
    skeleton = shape_texts.skeleton(row.skeleton)
    return LabelClass(ClassId(row.id), row.name, row.colour, row.key, row.position, skeleton)

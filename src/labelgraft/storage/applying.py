"""Changes put into the tables of this moment; called by the journal alone."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

import numpy as np
from sqlalchemy import Connection, delete, update

from labelgraft.domain.annotation import AUTHOR_CODES, Annotation
from labelgraft.domain.ids import AnnotationId, ImageId, ProjectId
from labelgraft.domain.image import SPLIT_CODES, STATE_CODES
from labelgraft.domain.operation import AnnotationChange, Changes, ClassChange, ImageChange
from labelgraft.errors import Conflict
from labelgraft.storage import dialect, folders, marks, proposed_shapes, rejecting, shape_texts
from labelgraft.storage.tables import annotation, class_


def apply(c: Connection, project_id: ProjectId, changes: Changes, touched: marks.Marks) -> None:
    """Make the tables as the changes say, and count one revision more for every image touched."""
    _apply_classes(c, changes.classes)
    _apply_annotations(c, project_id, changes.annotations)
    _apply_images(c, project_id, changes.images, touched)
    rejecting.apply_changes(c, project_id, changes.proposals)
    proposed_shapes.apply_changes(c, project_id, changes.proposed_shapes)


def _apply_annotations(c: Connection, project_id: ProjectId, changes: Sequence[AnnotationChange]) -> None:
    gone = [change.annotation_id for change in changes if change.after is None]
    come = [change.after for change in changes if change.before is None and change.after is not None]
    found = 0
    if gone:
        found += c.execute(delete(annotation).where(dialect.among(c, annotation.c.id, gone))).rowcount
    for new, numbers, names in _by_claim(changes):
        row = dict(zip(_COLUMNS, _row(project_id, new), strict=True))
        values = {name: row[name] for name in names}
        found += c.execute(
            update(annotation).where(dialect.among(c, annotation.c.id, numbers)).values(values)
        ).rowcount
    if found != len(changes) - len(come):
        raise Conflict(
            f"{len(changes) - len(come) - found} of {len(changes)} annotations are gone since. Nothing was "
            "saved. Look at the images again and repeat the change."
        )
    dialect.insert_rows(c, annotation, _COLUMNS, [_row(project_id, a) for a in come])


def _by_claim(
    changes: Iterable[AnnotationChange],
) -> Iterable[tuple[Annotation, list[AnnotationId], Sequence[str]]]:
    """Annotations that stay and claim something else: one of each claim, the numbers of all, and the columns to write.

    Those whose shape stays share a claim; a new shape is written by itself.
    """
    groups: dict[tuple[int, int, int | None, int], tuple[Annotation, list[AnnotationId], Sequence[str]]] = {}
    for change in changes:
        before, after = change.before, change.after
        if after is not None and before is not None:
            drawn = (before.shape, before.traits) != (after.shape, after.traits)
            key = (after.class_id, id(after.author), after.accepted_from, after.id if drawn else 0)
            names = (*_CLAIM, *_DRAWN) if drawn else _CLAIM
            groups.setdefault(key, (after, [], names))[1].append(after.id)
    return groups.values()


_CLAIM = ("class_id", "author_kind", "author_name", "author_model_id", "accepted_from")
_DRAWN = ("shape", "traits")
_COLUMNS = ("id", "project_id", "image_id", *_CLAIM, *_DRAWN)


def _row(project_id: ProjectId, a: Annotation) -> tuple[int | str | None, ...]:
    author = a.author
    kind = AUTHOR_CODES.index(author.kind)
    return (
        a.id, project_id, a.image_id, a.class_id, kind, author.name, author.model_id, a.accepted_from,
        shape_texts.shape_text(a.shape), shape_texts.traits_text(a.traits),
    )  # fmt: skip


def _apply_images(
    c: Connection, project_id: ProjectId, changes: Sequence[ImageChange], touched: marks.Marks
) -> None:
    moved = {change.after.folder for change in changes if change.after.folder != change.before.folder}
    folder_ids = folders.ensure(c, project_id, moved) if moved else {}
    columns = {name: getattr(touched, name).copy() for name in marks.NAMES}
    columns["revisions"] += 1
    # Equal fields share one value as a rule; telling by identity spares hashing ten thousand of them.
    by_value: dict[tuple[int, int], tuple[ImageChange, list[ImageId]]] = {}
    for change in changes:
        key = (id(change.before), id(change.after))
        by_value.setdefault(key, (change, []))[1].append(change.image_id)
    for change, image_ids in by_value.values():
        at = np.searchsorted(touched.image_ids, np.array(image_ids, np.int64))
        for name, code in _new_values(change, folder_ids):
            columns[name][at] = code
    marks.write(c, project_id, marks.Marks(touched.image_ids, **columns))


def _new_values(change: ImageChange, folder_ids: Mapping[str, int]) -> Iterable[tuple[str, int]]:
    before, after = change.before, change.after
    if before.state is not after.state:
        yield "states", STATE_CODES.index(after.state)
    if before.split is not after.split:
        yield "splits", SPLIT_CODES.index(after.split)
    if before.folder != after.folder:
        yield "folders", folder_ids[after.folder]


def _apply_classes(c: Connection, changes: Iterable[ClassChange]) -> None:
    for change in changes:
        statement = update(class_).where(class_.c.id == change.class_id)
        if change.after is None:
            c.execute(statement.values(deleted=1))
        else:
            after = change.after
            values = {
                "name": after.name, "colour": after.colour, "key": after.key,
                "skeleton": shape_texts.skeleton_text(after.skeleton),
            }  # fmt: skip
            c.execute(statement.values(deleted=0, position=after.position, **values))

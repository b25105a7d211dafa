"""Classes are added, changed, put in order, merged and deleted, each as one operation; or it is told what that would do."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Final, Literal

from labelgraft.domain.annotation import Author
from labelgraft.domain.change import ChangeReport, Effect, Once
from labelgraft.domain.ids import ClassId, ProjectId
from labelgraft.domain.operation import Operation
from labelgraft.domain.project import LabelClass
from labelgraft.domain.shapes.keypoints import Skeleton
from labelgraft.errors import Conflict
from labelgraft.services.change_labels import effect_of
from labelgraft.storage import annotations as truth
from labelgraft.storage import classes, journal, operations, proposals
from labelgraft.storage.workspace import Workspace

if TYPE_CHECKING:
    from sqlalchemy import Connection

Keep = Literal["\0keep"]
KEEP: Final = "\0keep"
"""In place of a key or skeleton that stays as it is, as None takes it away."""


@dataclass(frozen=True, slots=True)
class ClassGesture:
    """Who changes the classes, done once under a key, or only tried."""

    author: Author
    once: Once | None = None
    dry_run: bool = False

    @property
    def key(self) -> str | None:
        """The idempotency key."""
        return None if self.once is None else self.once.key


def add_class(
    workspace: Workspace, project_id: ProjectId, name: str, colour: str | None, key: str | None, gesture: ClassGesture
) -> ChangeReport:  # fmt: skip
    """Add a class; colour and key are chosen where none is given. Raises BadInput, AlreadyExists."""
    return _as_operation(
        workspace, project_id, gesture,
        lambda c: classes.add(
            c, project_id, name, author=gesture.author, colour=colour, key=key, idempotency_key=gesture.key
        )[1],
    )  # fmt: skip


def add_classes(
    workspace: Workspace, project_id: ProjectId, names: Sequence[str], gesture: ClassGesture
) -> ChangeReport:
    """Add several classes as one operation. Raises BadInput, AlreadyExists; then none is added."""
    return _as_operation(
        workspace, project_id, gesture,
        lambda c: classes.add_several(c, project_id, names, author=gesture.author, idempotency_key=gesture.key),
    )  # fmt: skip


def change_class(
    workspace: Workspace, project_id: ProjectId, class_id: ClassId, gesture: ClassGesture, *, name: str | None = None,
    colour: str | None = None, key: str | None = KEEP, skeleton: Skeleton | Keep | None = KEEP,
) -> ChangeReport:  # fmt: skip
    """Rename or recolour a class, or give it another key, or none, or other keypoints.

    Raises BadInput, AlreadyExists; Conflict for another number of points while instances have them.
    """

    def change(c: Connection) -> Operation:
        old = classes.get(c, project_id, class_id)
        new = replace(
            old, name=old.name if name is None else name, colour=colour or old.colour,
            key=old.key if key == KEEP else key, skeleton=old.skeleton if skeleton == KEEP else skeleton,
        )  # fmt: skip
        _check_points(c, project_id, old, new)
        words = (
            f"Renamed class {old.name} to {new.name}" if new.name != old.name else f"Changed class {old.name}"
        )
        return classes.change(
            c, project_id, new, author=gesture.author, summary=words, idempotency_key=gesture.key
        )

    return _as_operation(workspace, project_id, gesture, change)


def _check_points(c: Connection, project_id: ProjectId, old: LabelClass, new: LabelClass) -> None:
    before = 0 if old.skeleton is None else len(old.skeleton.names)
    after = 0 if new.skeleton is None else len(new.skeleton.names)
    drawn = truth.counts(c, project_id).get(old.id, 0)
    if before != after and drawn:
        raise Conflict(
            f"Class {old.name!r} has {drawn:,} instances of {before} points, and its skeleton would have {after}. Nothing "
            "was changed. Rename its points or change its limbs, or add a class with other points."
        )


def order_classes(
    workspace: Workspace, project_id: ProjectId, class_ids: Sequence[ClassId], gesture: ClassGesture
) -> ChangeReport:
    """Put the classes into an order that names each once. Raises BadInput."""
    return _as_operation(
        workspace, project_id, gesture,
        lambda c: classes.reorder(c, project_id, class_ids, author=gesture.author, idempotency_key=gesture.key),
    )  # fmt: skip


def merge_classes(
    workspace: Workspace, project_id: ProjectId, class_id: ClassId, into: ClassId, gesture: ClassGesture
) -> ChangeReport:
    """Give the labels of a class to another and delete it. Raises BadInput."""
    return _as_operation(
        workspace, project_id, gesture,
        lambda c: classes.merge(c, project_id, class_id, into, author=gesture.author, idempotency_key=gesture.key),
        going=class_id,
    )  # fmt: skip


def delete_class(
    workspace: Workspace, project_id: ProjectId, class_id: ClassId, gesture: ClassGesture
) -> ChangeReport:
    """Delete a class with its labels; its proposals are no longer shown. Raises BadInput."""
    return _as_operation(
        workspace, project_id, gesture,
        lambda c: classes.delete(c, project_id, class_id, author=gesture.author, idempotency_key=gesture.key),
        going=class_id,
    )  # fmt: skip


def _as_operation(
    workspace: Workspace, project_id: ProjectId, gesture: ClassGesture, do: Callable[[Connection], Operation],
    going: ClassId | None = None,
) -> ChangeReport:  # fmt: skip
    reports = []
    database = workspace.database
    with database.trying() if gesture.dry_run else database.writing() as connection:
        reports.append(_done(connection, project_id, gesture, do, going))
    return reports[0]


def _done(
    c: Connection, project_id: ProjectId, gesture: ClassGesture, do: Callable[[Connection], Operation],
    going: ClassId | None,
) -> ChangeReport:  # fmt: skip
    if gesture.once is not None:
        earlier = operations.done_before(c, project_id, gesture.once.key, gesture.once.digest)
        if earlier is not None:
            return ChangeReport(earlier, earlier.summary)
    hidden = 0 if going is None else proposals.count_of_class(c, going)
    operation = do(c)
    if gesture.once is not None:
        operations.remember_request(c, operation.id, gesture.once.digest)
    if not gesture.dry_run:
        return ChangeReport(operation, operation.summary)
    effect: Effect = effect_of(operation, journal.read(c, operation.id))
    return ChangeReport(None, operation.summary, replace(effect, proposals_rejected=hidden))

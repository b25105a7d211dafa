"""One gesture on images as one operation, done once however often it is sent; or told without being done."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from labelgraft.domain.annotation import Author
from labelgraft.domain.change import ChangeKind, ChangeReport, Effect, LabelChange, Once
from labelgraft.domain.ids import ClassId, ProjectId
from labelgraft.domain.image import ImageState
from labelgraft.domain.operation import Changes, Operation
from labelgraft.domain.project import LabelClass
from labelgraft.domain.selection import Selection
from labelgraft.errors import BadSetting
from labelgraft.services.accept_proposals import AcceptRequest, accept_in
from labelgraft.services.compact_vectors import CompactVectors
from labelgraft.services.select_images import select_images
from labelgraft.storage import classes, journal, labelling, operations
from labelgraft.storage.workspace import Workspace

if TYPE_CHECKING:
    from sqlalchemy import Connection

TOLD_IMAGES = 500
"""Images whose new revisions are told."""

LONGEST_FOLDER = 500


class _NothingToDoError(Exception):
    """Every image is already as it is wanted; no operation is kept of that."""

    def __init__(self, words: str) -> None:
        self.words = words


def change_labels(
    workspace: Workspace, project_id: ProjectId, compact: CompactVectors, change: LabelChange, *, author: Author,
    once: Once | None = None,
) -> ChangeReport:  # fmt: skip
    """Do a gesture, or on a dry run only tell what it would do.

    Sent again under the same key it gives the operation of the first time and does nothing.

    Raises BadSetting, BadInput, UnknownName; StaleRevision; BadInput for a key of another request. Nothing is saved
    then.
    """
    check(change)
    if once is not None and not change.dry_run:
        with workspace.database.reading() as connection:
            if operations.by_idempotency_key(connection, project_id, once.key) is not None:
                return replayed(workspace, project_id, once)
    chosen = select_images(workspace, project_id, change.selector, compact)
    database = workspace.database
    reports: list[ChangeReport] = []
    try:
        with database.trying() if change.dry_run else database.writing() as connection:
            reports.append(_do(_Doing(connection, project_id, change, chosen, author, once)))
    except _NothingToDoError as nothing:
        return ChangeReport(None, nothing.words, effect=Effect() if change.dry_run else None)
    return reports[0]


def replayed(workspace: Workspace, project_id: ProjectId, once: Once) -> ChangeReport:
    """What the request did when it came first. Raises BadInput if the key belongs to another request."""
    with workspace.database.reading() as connection:
        done = operations.done_before(connection, project_id, once.key, once.digest)
        assert done is not None
        return ChangeReport(done, done.summary, revisions=_revisions(connection, project_id, done))


def check(change: LabelChange) -> None:
    """Raises BadSetting if something that the kind needs is missing, or cannot be used."""
    needs_class = change.kind in (ChangeKind.LABEL, ChangeKind.UNLABEL)
    if needs_class and change.class_id is None:
        raise BadSetting(f"{change.kind.value}: found no class_id, expected the class. Nothing was changed.")
    if change.kind is ChangeKind.FOLDER:
        _check_folder(change.folder)


def _check_folder(folder: str | None) -> None:
    if folder is None:
        raise BadSetting(
            'folder: found none, expected where the images go, "" for the top. Nothing was changed.'
        )
    parts = folder.split("/")
    if folder and (
        any(part in ("", ".", "..") for part in parts) or "\\" in folder or len(folder) > LONGEST_FOLDER
    ):
        raise BadSetting(
            f"folder: found {folder[:80]!r}, expected names joined by / , without . or .. , of at most "
            f"{LONGEST_FOLDER} characters. Nothing was changed."
        )


@dataclass(frozen=True, slots=True)
class _Doing:
    """A gesture under way, in its transaction."""

    connection: Connection
    project_id: ProjectId
    change: LabelChange
    chosen: Selection
    author: Author
    once: Once | None

    @property
    def ids(self) -> tuple[Any, ...]:
        return self.chosen.image_ids

    def named(self, words: str, *, cause: bool = True) -> dict[str, Any]:
        """What every operation is recorded with."""
        given = {
            "author": self.author, "summary": f"{words} {self.chosen.words}".rstrip(), "detail": self.chosen.detail,
            "idempotency_key": None if self.once is None else self.once.key,
        }  # fmt: skip
        return {**given, "cause": self.chosen.cause} if cause else given

    def count(self) -> str:
        return "1 image" if len(self.ids) == 1 else f"{len(self.ids):,} images"

    def wanted_class(self) -> LabelClass:
        """Raises BadInput for a class that the project does not have."""
        class_id = self.change.class_id
        return classes.get(self.connection, self.project_id, ClassId(0) if class_id is None else class_id)


def _do(doing: _Doing) -> ChangeReport:
    c, once = doing.connection, doing.once
    if once is not None:
        done = operations.done_before(c, doing.project_id, once.key, once.digest)
        if done is not None:
            return ChangeReport(done, done.summary, revisions=_revisions(c, doing.project_id, done))
    operations.check_revisions(c, doing.project_id, doing.change.expected_revisions)
    report = (
        _accept(doing)
        if doing.change.kind is ChangeKind.ACCEPT
        else _report(_KINDS[doing.change.kind](doing))
    )
    operation = report.operation
    if operation is None or not operation.image_count:
        raise _NothingToDoError(report.words)
    if once is not None:
        operations.remember_request(c, operation.id, once.digest)
    if not doing.change.dry_run:
        return ChangeReport(
            operation, report.words, expected_right=report.expected_right,
            revisions=_revisions(c, doing.project_id, operation),
        )  # fmt: skip
    changes = journal.read(c, operation.id)
    return ChangeReport(
        None, report.words, effect_of(operation, changes), _classes_given(changes), report.expected_right
    )


def effect_of(operation: Operation, changes: Changes) -> Effect:
    """How much an operation changed."""
    of = changes.annotations
    return Effect(
        images=operation.image_count,
        labels_added=sum(one.before is None for one in of),
        labels_removed=sum(one.after is None for one in of),
        labels_changed=sum(one.before is not None and one.after is not None for one in of),
        proposals_rejected=sum(one.rejected for one in changes.proposals),
    )


def _classes_given(changes: Changes) -> Counter[ClassId]:
    return Counter(one.after.class_id for one in changes.annotations if one.after is not None)


def _revisions(c: Connection, project_id: ProjectId, operation: Operation) -> dict[Any, int] | None:
    if operation.image_count > TOLD_IMAGES:
        return None
    return operations.revisions(c, project_id, journal.image_ids(c, operation.id))


def _report(operation: Operation) -> ChangeReport:
    return ChangeReport(operation, operation.summary)


def _accept(doing: _Doing) -> ChangeReport:
    change = doing.change
    name = doing.wanted_class().name if change.class_id is not None else None
    request = AcceptRequest(doing.chosen, change.threshold, name)
    key = None if doing.once is None else doing.once.key
    found = accept_in(doing.connection, doing.project_id, request, doing.author, idempotency_key=key)
    words = found.summary if found.operation is None else found.operation.summary
    return ChangeReport(found.operation, words, expected_right=found.expected_right)


def _label(doing: _Doing) -> Operation:
    wanted = doing.wanted_class()
    named = doing.named(f"{doing.count()} labelled {wanted.name}")
    return labelling.set_class(doing.connection, doing.project_id, doing.ids, wanted.id, **named)


def _unlabel(doing: _Doing) -> Operation:
    wanted = doing.wanted_class()
    named = doing.named(f"{wanted.name} taken away from {doing.count()}")
    return labelling.clear_class(doing.connection, doing.project_id, doing.ids, wanted.id, **named)


def _clear(doing: _Doing) -> Operation:
    named = doing.named(f"Labels of {doing.count()} taken away")
    return labelling.clear_class(doing.connection, doing.project_id, doing.ids, **named)


def _aside(state: ImageState) -> Callable[[_Doing], Operation]:
    def set_aside(doing: _Doing) -> Operation:
        named = doing.named(f"{doing.count()} marked {state.value}")
        return labelling.set_state(doing.connection, doing.project_id, doing.ids, state, **named)

    return set_aside


def _reopen(doing: _Doing) -> Operation:
    named = doing.named(f"{doing.count()} opened again")
    return labelling.reopen(doing.connection, doing.project_id, doing.ids, **named)


def _reject(doing: _Doing) -> Operation:
    of_class = f" {doing.wanted_class().name}" if doing.change.class_id is not None else ""
    named = doing.named(f"Proposals{of_class} of {doing.count()} rejected")
    return labelling.reject(doing.connection, doing.project_id, doing.ids, doing.change.class_id, **named)


def _split(doing: _Doing) -> Operation:
    split = doing.change.split
    words = (
        f"{doing.count()} taken out of their split"
        if split is None
        else f"{doing.count()} put into {split.value}"
    )
    splits = dict.fromkeys(doing.ids, split)
    return labelling.set_split(doing.connection, doing.project_id, splits, **doing.named(words, cause=False))


def _folder(doing: _Doing) -> Operation:
    folder = doing.change.folder or ""
    named = doing.named(f"{doing.count()} moved to {folder or 'the top folder'}")
    folders = dict.fromkeys(doing.ids, folder)
    return labelling.set_folder(doing.connection, doing.project_id, folders, **named)


_KINDS: dict[ChangeKind, Callable[[_Doing], Operation]] = {
    ChangeKind.LABEL: _label,
    ChangeKind.UNLABEL: _unlabel,
    ChangeKind.CLEAR: _clear,
    ChangeKind.SKIP: _aside(ImageState.SKIPPED),
    ChangeKind.UNCLEAR: _aside(ImageState.UNCLEAR),
    ChangeKind.REOPEN: _reopen,
    ChangeKind.REJECT: _reject,
    ChangeKind.SPLIT: _split,
    ChangeKind.FOLDER: _folder,
}

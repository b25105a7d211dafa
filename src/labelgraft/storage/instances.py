"""Instances: annotations with shapes. One gesture of the editor, and answers to proposed shapes in bulk."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from typing import Any

from sqlalchemy import Connection

from labelgraft.domain.annotation import Annotation, Author
from labelgraft.domain.ids import AnnotationId, ClassId, ImageId, ModelId, ProjectId
from labelgraft.domain.image import ImageState
from labelgraft.domain.instance_edit import InstanceEdit
from labelgraft.domain.operation import AnnotationChange, Cause, Operation, ProposedShapeChange
from labelgraft.domain.proposal import ProposalState, ProposedShape
from labelgraft.errors import BadInput, Conflict, UnknownNumber
from labelgraft.storage import annotations as truth
from labelgraft.storage import classes, counters, operations, projects, proposed_shapes, settling


def edit(
    c: Connection,
    project_id: ProjectId,
    wanted: InstanceEdit,
    *,
    author: Author,
    summary: str,
    detail: Mapping[str, Any] | None = None,
    expected_revision: int | None = None,
    idempotency_key: str | None = None,
) -> Operation:
    """Do one gesture of the editor, as one operation; new instances get numbers in the order given, accepted ones last.

    What is already as wanted is left as it is. Raises: StaleRevision where the image is at another revision; UnknownNumber
    for an image or instance that is not there; Conflict for a proposal answered since; BadInput for an unknown class.
    Nothing is saved then.
    """
    projects.lock(c, project_id)
    done = operations.by_idempotency_key(c, project_id, idempotency_key)
    if done is not None:
        return done
    image_id = wanted.image_id
    if expected_revision is not None:
        operations.check_revisions(c, project_id, {image_id: expected_revision})
    proposed = _open_proposals(c, wanted)
    here = {a.id: a for a in truth.of_images(c, [image_id])[image_id]}
    drawn = {one.class_id for one in wanted.new} | {one.class_id for one in wanted.changed}
    _check_classes(c, project_id, drawn | {p.class_id for p in proposed.values()})
    changes = [*_removed(wanted, here), *_changed(wanted, here, author)]
    changes += _come(c, wanted, proposed, author)
    state = {True: ImageState.LABELLED, False: ImageState.NEW, None: None}[wanted.finished]
    return settling.settle(
        c,
        project_id,
        changes,
        author=author,
        cause=Cause.HAND,
        summary=summary,
        detail=detail,
        fallback={} if state is None else {image_id: state},
        proposed_shape_changes=_answers(wanted, proposed),
        idempotency_key=idempotency_key,
    )


def accept(
    c: Connection,
    project_id: ProjectId,
    proposed: Sequence[ProposedShape],
    *,
    finished: Collection[ImageId],
    author: Author,
    cause: Cause,
    summary: str,
    detail: Mapping[str, Any] | None = None,
    idempotency_key: str | None = None,
) -> Operation:
    """Turn open proposals into instances, as one operation. finished: images whose shapes are all then."""
    number = counters.take(c, "annotation", len(proposed))
    changes = [_accepted(AnnotationId(number + at), one, author) for at, one in enumerate(proposed)]
    return settling.settle(
        c,
        project_id,
        changes,
        author=author,
        cause=cause,
        summary=summary,
        detail=detail,
        fallback=dict.fromkeys(finished, ImageState.LABELLED),
        proposed_shape_changes=[_answer(one, ProposalState.ACCEPTED) for one in proposed],
        idempotency_key=idempotency_key,
    )


def reject(
    c: Connection,
    project_id: ProjectId,
    proposed: Sequence[ProposedShape],
    *,
    author: Author,
    cause: Cause,
    summary: str,
    detail: Mapping[str, Any] | None = None,
    idempotency_key: str | None = None,
) -> Operation:
    """Turn open proposals down, as one operation; their model does not make them again."""
    return settling.settle(
        c,
        project_id,
        (),
        author=author,
        cause=cause,
        summary=summary,
        detail=detail,
        proposed_shape_changes=[_answer(one, ProposalState.REJECTED) for one in proposed],
        idempotency_key=idempotency_key,
    )


def _open_proposals(c: Connection, wanted: InstanceEdit) -> dict[int, ProposedShape]:
    """The proposals that a gesture answers. Raises: Conflict if one is not there, not of the image, or answered."""
    corrected = [one.corrects for one in wanted.new if one.corrects is not None]
    numbers = [*corrected, *wanted.accepted, *wanted.rejected]
    if len(set(numbers)) < len(numbers):
        raise BadInput("A proposal is answered twice in one gesture. Nothing was saved.")
    found = proposed_shapes.of_ids(c, numbers)
    for number in numbers:
        one = found.get(number)
        if one is None or one.image_id != wanted.image_id or one.state is not ProposalState.OPEN:
            raise Conflict(
                f"Proposal {number} was answered or replaced since. Nothing was saved. Look at the image again and repeat "
                "the change."
            )
    return {int(number): one for number, one in found.items()}


def _removed(wanted: InstanceEdit, here: Mapping[AnnotationId, Annotation]) -> list[AnnotationChange]:
    return [
        AnnotationChange(wanted.image_id, number, _known(number, here), None)
        for number in dict.fromkeys(wanted.removed)
    ]


def _changed(
    wanted: InstanceEdit, here: Mapping[AnnotationId, Annotation], author: Author
) -> list[AnnotationChange]:
    changes = []
    for one in wanted.changed:
        if one.id in wanted.removed:
            raise BadInput(f"Instance {one.id} is changed and removed in one gesture. Nothing was saved.")
        old = _known(one.id, here)
        if (old.class_id, old.shape, old.traits) == (one.class_id, one.shape, one.traits):
            continue
        new = Annotation(old.id, old.image_id, one.class_id, author, old.accepted_from, one.shape, one.traits)
        changes.append(AnnotationChange(old.image_id, old.id, old, new))
    if len({one.annotation_id for one in changes}) < len(changes):
        raise BadInput("An instance is changed twice in one gesture. Nothing was saved.")
    return changes


def _come(
    c: Connection, wanted: InstanceEdit, proposed: Mapping[int, ProposedShape], author: Author
) -> list[AnnotationChange]:
    number = counters.take(c, "annotation", len(wanted.new) + len(wanted.accepted))
    changes = []
    for at, one in enumerate(wanted.new):
        model_id: ModelId | None = None if one.corrects is None else proposed[one.corrects].model_id
        new = Annotation(
            AnnotationId(number + at), wanted.image_id, one.class_id, author, model_id, one.shape, one.traits
        )
        changes.append(AnnotationChange(wanted.image_id, new.id, None, new))
    for at, taken in enumerate(wanted.accepted, start=len(wanted.new)):
        changes.append(_accepted(AnnotationId(number + at), proposed[taken], author))
    return changes


def _accepted(number: AnnotationId, one: ProposedShape, author: Author) -> AnnotationChange:
    new = Annotation(number, one.image_id, one.class_id, author, one.model_id, one.shape)
    return AnnotationChange(one.image_id, number, None, new)


def _answers(wanted: InstanceEdit, proposed: Mapping[int, ProposedShape]) -> list[ProposedShapeChange]:
    rejected = set(wanted.rejected)
    return [
        _answer(one, ProposalState.REJECTED if one.id in rejected else ProposalState.ACCEPTED)
        for one in proposed.values()
    ]


def _answer(one: ProposedShape, after: ProposalState) -> ProposedShapeChange:
    return ProposedShapeChange(one.image_id, one.id, ProposalState.OPEN, after)


def _known(number: AnnotationId, here: Mapping[AnnotationId, Annotation]) -> Annotation:
    if number not in here:
        raise UnknownNumber(
            f"There is no instance {number} in this image; somebody may have deleted it. Nothing was saved. Look at the "
            "image again and repeat the change."
        )
    return here[number]


def _check_classes(c: Connection, project_id: ProjectId, wanted: Collection[ClassId]) -> None:
    known = {k.id for k in classes.of_project(c, project_id)}
    for class_id in wanted:
        if class_id not in known:
            classes.get(c, project_id, class_id)

"""Taking back any operation at any time, and telling which later ones that overrides.

What goes back: in a single-label project an image's class as a whole, so that it never has two; in a
multi-label one each annotation by itself; split, folder and the fields of a class each by themselves. A state
goes back where no annotation is left, as an image with one is labelled. A class comes back if an annotation
that needs it does.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace

from sqlalchemy import Connection, update

from labelgraft.domain.annotation import Annotation, Author
from labelgraft.domain.ids import AnnotationId, ClassId, ImageId, OperationId, ProjectId
from labelgraft.domain.image import ImageState
from labelgraft.domain.operation import (
    AnnotationChange,
    Cause,
    Changes,
    ClassChange,
    ImageChange,
    ImageFields,
    Operation,
    ProposalChange,
    ProposedShapeChange,
    RevertReport,
)
from labelgraft.domain.project import LabelClass, Project
from labelgraft.storage import annotations as truth
from labelgraft.storage import (
    classes,
    journal,
    operations,
    overriding,
    projects,
    proposal_rows,
    proposed_shapes,
    rejecting,
    settling,
)
from labelgraft.storage.tables import operation


def revert(
    c: Connection,
    operation_id: OperationId,
    *,
    author: Author,
    dry_run: bool = False,
    idempotency_key: str | None = None,
) -> RevertReport:
    """Take back an operation, as a new one that can itself be taken back; on a dry run only say what it does.

    Raises: BadInput if there is no such operation.
    """
    project_id = operations.project_of(c, operation_id)
    project = projects.lock(c, project_id)
    reverted = operations.get(c, operation_id)
    done = operations.by_idempotency_key(c, project_id, idempotency_key)
    if done is not None:
        return RevertReport(reverted, done, done.image_count, ())
    plan = _plan(c, project, operation_id)
    overridden = overriding.find(c, project_id, operation_id, plan.done, plan.back)
    parts = (plan.back.annotations, plan.back.images, plan.back.proposals, plan.back.proposed_shapes)
    touched = {one.image_id for part in parts for one in part}
    if dry_run or plan.back == Changes():
        return RevertReport(reverted, None, len(touched), overridden)
    new = _record(c, project_id, reverted, plan.back, author, idempotency_key)
    return RevertReport(operations.get(c, operation_id), new, new.image_count, overridden)


def _record(
    c: Connection,
    project_id: ProjectId,
    reverted: Operation,
    back: Changes,
    author: Author,
    idempotency_key: str | None,
) -> Operation:
    new = operations.record(
        c,
        project_id,
        author=author,
        cause=Cause.REVERT,
        summary=summary_of(reverted),
        detail={"reverts": reverted.id},
        annotation_changes=back.annotations,
        image_changes=back.images,
        class_changes=back.classes,
        proposal_changes=back.proposals,
        proposed_shape_changes=back.proposed_shapes,
        idempotency_key=idempotency_key,
        reverts=reverted.id,
    )
    _mark_earlier(c, reverted)
    return new


def _mark_earlier(c: Connection, reverted: Operation) -> None:
    """Taking back a taking-back puts what it took back in force again, and that what it took back out, and so on."""
    at, in_force = reverted, False
    while at.reverts is not None:
        below = operations.get(c, at.reverts)
        if not in_force and below.reverted_by != at.id:
            return
        marked = update(operation).where(operation.c.id == below.id)
        c.execute(marked.values(reverted_by=at.id if in_force else None))
        at, in_force = below, not in_force


@dataclass(frozen=True, slots=True)
class _Plan:
    """done: what the operation did. back: what takes it back from where things stand now."""

    done: Changes
    back: Changes


def summary_of(reverted: Operation) -> str:
    """Taking back "Took back: X" is "Did again: X", and taking that back is "Took back: X" once more."""
    for said, answer in (("Took back: ", "Did again: "), ("Did again: ", "Took back: ")):
        if reverted.summary.startswith(said):
            return answer + reverted.summary.removeprefix(said)
    return f"Took back: {reverted.summary}"


def _plan(c: Connection, project: Project, operation_id: OperationId) -> _Plan:
    project_id, done = project.id, journal.read(c, operation_id)
    going = _classes_to_drop(c, project_id, done.classes)
    leaving = [a for class_id in going for a in truth.of_class(c, class_id)]
    image_ids = {a.image_id for a in done.annotations} | {a.image_id for a in leaving}
    current = truth.of_images(c, image_ids)
    target = _target(done.annotations, current, going, project)
    back = _differences(current, target)
    fallback, fields = _fields_back(c, project, done.images)
    of_classes = _classes_back(c, project_id, done.classes, back)
    coming = {one.class_id for one in of_classes if one.before is None}
    alive = {k.id for k in classes.of_project(c, project_id)} | coming
    of_proposals, gaining = rejecting.to_restore(c, project_id, done.proposals, alive)
    gaining |= proposal_rows.images_of_classes(c, project_id, coming)
    losing = _left_without(c, project_id, of_proposals, of_classes)
    of_shapes = _answers_back(c, done.proposed_shapes)
    with_some, without = proposed_shapes.gaining_and_losing(c, of_shapes)
    images = settling.image_changes(
        c, project_id, back, fallback, fields, gaining | with_some, losing | without
    )
    changes = (tuple(back), tuple(images), tuple(of_classes), tuple(of_proposals), tuple(of_shapes))
    return _Plan(done, Changes(*changes))


def _answers_back(c: Connection, done: Sequence[ProposedShapeChange]) -> list[ProposedShapeChange]:
    """Proposed shapes that are still as the operation left them, back to how they were."""
    now = proposed_shapes.of_ids(c, {one.proposal_id for one in done})
    return [
        ProposedShapeChange(one.image_id, one.proposal_id, one.after, one.before)
        for one in done
        if one.proposal_id in now and now[one.proposal_id].state is one.after
    ]


def _left_without(
    c: Connection,
    project_id: ProjectId,
    of_proposals: Sequence[ProposalChange],
    of_classes: Sequence[ClassChange],
) -> set[ImageId]:
    """Images that have no proposal once rejections are in force again, or classes gone again."""
    going = {one.class_id for one in of_classes if one.after is None}
    rejected = {(one.image_id, one.class_id) for one in of_proposals if one.rejected}
    asked = {image_id for image_id, _ in rejected} | proposal_rows.images_of_classes(c, project_id, going)
    return {
        image_id
        for image_id, listed in proposal_rows.of_images(c, project_id, asked).items()
        if listed and all(p.class_id in going or (image_id, p.class_id) in rejected for p in listed)
    }


def _target(
    done: Iterable[AnnotationChange],
    current: Mapping[ImageId, Sequence[Annotation]],
    going: set[ClassId],
    project: Project,
) -> dict[ImageId, list[Annotation]]:
    by_image: dict[ImageId, list[AnnotationChange]] = defaultdict(list)
    for one in done:
        by_image[one.image_id].append(one)
    target = {}
    for image_id, present in current.items():
        changed = by_image.get(image_id, [])
        before = [one.before for one in changed if one.before is not None]
        numbers = {one.annotation_id for one in changed}
        taken = {a.class_id for a in before} | going
        if project.task.draws_shapes:
            taken = going
        elif changed and not project.multi_label:
            target[image_id] = before
            continue
        stays = [a for a in present if a.id not in numbers and a.class_id not in taken]
        target[image_id] = stays + before
    return target


def _differences(
    current: Mapping[ImageId, Sequence[Annotation]], target: Mapping[ImageId, Sequence[Annotation]]
) -> list[AnnotationChange]:
    changes = []
    for image_id, present in current.items():
        now: dict[AnnotationId, Annotation] = {a.id: a for a in present}
        then: dict[AnnotationId, Annotation] = {a.id: a for a in target[image_id]}
        for number in sorted(now.keys() | then.keys()):
            if now.get(number) != then.get(number):
                changes.append(AnnotationChange(image_id, number, now.get(number), then.get(number)))
    return changes


def _fields_back(
    c: Connection, project: Project, done: Sequence[ImageChange]
) -> tuple[dict[ImageId, ImageState], dict[ImageId, ImageFields]]:
    """States to fall back to where no annotation is left, and splits and folders to set.

    Where shapes are drawn a state that somebody has changed since stays.
    """
    now = settling.current_fields(c, project.id, [one.image_id for one in done])
    fallback: dict[ImageId, ImageState] = {}
    fields: dict[ImageId, ImageFields] = {}
    for one in done:
        before, after, at = one.before, one.after, now[one.image_id]
        if project.task.draws_shapes:
            if before.state is not after.state and at.state is after.state:
                fallback[one.image_id] = before.state
        elif before.state is not after.state:
            fallback[one.image_id] = ImageState.NEW if before.state is ImageState.LABELLED else before.state
        split = before.split if before.split is not after.split else at.split
        folder = before.folder if before.folder != after.folder else at.folder
        fields[one.image_id] = ImageFields(at.state, split, folder)
    return fallback, fields


def _classes_to_drop(c: Connection, project_id: ProjectId, done: Iterable[ClassChange]) -> set[ClassId]:
    there = {k.id for k in classes.of_project(c, project_id)}
    return {one.class_id for one in done if one.before is None and one.class_id in there}


def _classes_back(
    c: Connection, project_id: ProjectId, done: Iterable[ClassChange], back: Iterable[AnnotationChange]
) -> list[ClassChange]:
    there = {k.id: k for k in classes.of_project(c, project_id)}
    goal = dict(there)
    for one in done:
        if one.before is None:
            goal.pop(one.class_id, None)
        elif one.after is None:
            goal.setdefault(one.class_id, one.before)
        elif one.class_id in goal:
            goal[one.class_id] = _fields_of_class_back(goal[one.class_id], one.before, one.after)
    for needed in {one.after.class_id for one in back if one.after is not None} - goal.keys():
        goal[needed] = classes.last_known(c, needed)
    changes = []
    for class_id in sorted(there.keys() | goal.keys()):
        wanted = goal.get(class_id)
        if wanted is not None and wanted != there.get(class_id):
            others = [k for k in goal.values() if k.id != class_id]
            wanted = goal[class_id] = _without_clash(wanted, others)
        if wanted != there.get(class_id):
            changes.append(ClassChange(class_id, there.get(class_id), wanted))
    return changes


def _fields_of_class_back(now: LabelClass, before: LabelClass, after: LabelClass) -> LabelClass:
    """The class as it is now, but with the fields of before that the operation had changed."""
    return LabelClass(
        id=now.id,
        name=before.name if before.name != after.name else now.name,
        colour=before.colour if before.colour != after.colour else now.colour,
        key=before.key if before.key != after.key else now.key,
        position=before.position if before.position != after.position else now.position,
        skeleton=before.skeleton if before.skeleton != after.skeleton else now.skeleton,
    )


def _without_clash(wanted: LabelClass, others: Sequence[LabelClass]) -> LabelClass:
    """Another class may have taken the name or the key since."""
    names, keys = {k.name for k in others}, {k.key for k in others}
    name, number = wanted.name, 2
    while name in names:
        name, number = f"{wanted.name} ({number})", number + 1
    return replace(wanted, name=name, key=None if wanted.key in keys else wanted.key)

"""What a person or a job does to labels, each verb as one operation of the journal.

An image is labelled while it has an annotation; so skipping a labelled image takes its annotations away, in
the same operation. Where shapes are drawn they stay: the image is only set aside.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from sqlalchemy import Connection

from labelgraft.domain.annotation import Annotation, Author
from labelgraft.domain.ids import AnnotationId, ClassId, ImageId, ModelId, ProjectId
from labelgraft.domain.image import ImageState, Split
from labelgraft.domain.operation import AnnotationChange, Cause, ImageFields, Operation
from labelgraft.domain.project import Project
from labelgraft.errors import BadInput
from labelgraft.storage import annotations as truth
from labelgraft.storage import (
    classes,
    counters,
    instances,
    operations,
    projects,
    proposed_shapes,
    rejecting,
    settling,
)
from labelgraft.storage.reverting import revert as revert


def set_class(
    c: Connection,
    project_id: ProjectId,
    image_ids: Sequence[ImageId],
    class_id: ClassId,
    *,
    author: Author,
    cause: Cause,
    summary: str,
    detail: Mapping[str, Any] | None = None,
    expected_revisions: Mapping[ImageId, int] | None = None,
    idempotency_key: str | None = None,
) -> Operation:
    """Label images with a class: replaces the class in a single-label project, adds one in a multi-label one.

    Images that have the class already are left as they are and not counted.

    Raises: StaleRevision, BadInput (unknown class or image); nothing is saved then.
    """
    return set_classes(
        c,
        project_id,
        dict.fromkeys(image_ids, (class_id,)),
        author=author,
        cause=cause,
        summary=summary,
        detail=detail,
        expected_revisions=expected_revisions,
        idempotency_key=idempotency_key,
    )


def set_classes(
    c: Connection,
    project_id: ProjectId,
    class_ids: Mapping[ImageId, Sequence[ClassId]],
    *,
    author: Author,
    cause: Cause,
    summary: str,
    detail: Mapping[str, Any] | None = None,
    accepted_from: Mapping[ImageId, ModelId] | None = None,
    states: Mapping[ImageId, ImageState] | None = None,
    splits: Mapping[ImageId, Split | None] | None = None,
    expected_revisions: Mapping[ImageId, int] | None = None,
    idempotency_key: str | None = None,
) -> Operation:
    """Label each image with its own classes, as one operation: an import, or accepted proposals.

    states: images set aside (skipped, unclear) in the same operation; one that has an annotation stays labelled.
    splits: images that go into a split, or out of one, in the same operation.
    accepted_from: the model of each image whose proposal is accepted.

    Raises: StaleRevision; BadInput (unknown class or image, or two classes for one image of a single-label
    project); nothing is saved then.
    """
    done = _begin(c, project_id, expected_revisions, idempotency_key)
    if done is not None:
        return done
    project = projects.get(c, project_id)
    _check_whole_images(project, class_ids)
    multi_label = project.multi_label
    _check_classes(c, project_id, class_ids, multi_label)
    current = truth.of_images(c, class_ids)
    number = counters.take(c, "annotation", sum(map(len, class_ids.values())))
    changes: list[AnnotationChange] = []
    models = accepted_from or {}
    for image_id, wanted in class_ids.items():
        present, model_id = current[image_id], models.get(image_id)
        have = {a.class_id for a in present}
        missing = [class_id for class_id in wanted if class_id not in have]
        if missing and present and not multi_label:
            # The annotation that is there changes its class: one line of the journal instead of two.
            old = present[0]
            new = Annotation(old.id, image_id, missing[0], author, model_id)
            changes.append(AnnotationChange(image_id, old.id, old, new))
            continue
        for class_id in dict.fromkeys(missing):
            new = Annotation(AnnotationId(number), image_id, class_id, author, model_id)
            changes.append(AnnotationChange(image_id, new.id, None, new))
            number += 1
    return settling.settle(
        c,
        project_id,
        changes,
        author=author,
        cause=cause,
        summary=summary,
        detail=detail,
        fallback=states,
        fields=_in_splits(c, project_id, splits or {}),
        idempotency_key=idempotency_key,
    )


def clear_class(
    c: Connection,
    project_id: ProjectId,
    image_ids: Sequence[ImageId],
    class_id: ClassId | None = None,
    *,
    author: Author,
    cause: Cause,
    summary: str,
    detail: Mapping[str, Any] | None = None,
    expected_revisions: Mapping[ImageId, int] | None = None,
    idempotency_key: str | None = None,
) -> Operation:
    """Take a class away from images, or every class where none is named; where shapes are drawn, those of that class.

    An image that loses all its shapes so is new again.

    Raises: StaleRevision, BadInput; nothing is saved then.
    """
    done = _begin(c, project_id, expected_revisions, idempotency_key)
    if done is not None:
        return done
    changes = _removals(c, image_ids, class_id)
    opened = image_ids if class_id is None and projects.get(c, project_id).task.draws_shapes else ()
    return settling.settle(
        c,
        project_id,
        changes,
        author=author,
        cause=cause,
        summary=summary,
        detail=detail,
        fallback=dict.fromkeys(opened, ImageState.NEW),
        idempotency_key=idempotency_key,
    )


def set_state(
    c: Connection,
    project_id: ProjectId,
    image_ids: Sequence[ImageId],
    state: ImageState,
    *,
    author: Author,
    cause: Cause = Cause.HAND,
    summary: str,
    detail: Mapping[str, Any] | None = None,
    expected_revisions: Mapping[ImageId, int] | None = None,
    idempotency_key: str | None = None,
) -> Operation:
    """Mark images as skipped, unclear or new again; their classes go, in the same operation, but not what is drawn.

    Raises: BadInput for the states that follow from labels and proposals (labelled, proposed);
    StaleRevision. Nothing is saved then.
    """
    if state not in (ImageState.NEW, ImageState.SKIPPED, ImageState.UNCLEAR):
        raise BadInput(f"The state {state.value!r} cannot be set: it follows from labels. Label the images.")
    done = _begin(c, project_id, expected_revisions, idempotency_key)
    if done is not None:
        return done
    drawn = projects.get(c, project_id).task.draws_shapes
    return settling.settle(
        c,
        project_id,
        () if drawn else _removals(c, image_ids, None),
        author=author,
        cause=cause,
        summary=summary,
        detail=detail,
        fallback=dict.fromkeys(image_ids, state),
        idempotency_key=idempotency_key,
    )


def reopen(
    c: Connection,
    project_id: ProjectId,
    image_ids: Sequence[ImageId],
    *,
    author: Author,
    cause: Cause = Cause.HAND,
    summary: str,
    detail: Mapping[str, Any] | None = None,
    idempotency_key: str | None = None,
) -> Operation:
    """Bring images that were skipped or marked unclear back among those to label; others stay as they are."""
    known = settling.current_fields(c, project_id, image_ids)
    aside = [i for i, now in known.items() if now.state in (ImageState.SKIPPED, ImageState.UNCLEAR)]
    return set_state(
        c,
        project_id,
        aside,
        ImageState.NEW,
        author=author,
        cause=cause,
        summary=summary,
        detail=detail,
        idempotency_key=idempotency_key,
    )


def reject(
    c: Connection,
    project_id: ProjectId,
    image_ids: Sequence[ImageId],
    class_id: ClassId | None = None,
    *,
    author: Author,
    cause: Cause = Cause.HAND,
    summary: str,
    detail: Mapping[str, Any] | None = None,
    idempotency_key: str | None = None,
) -> Operation:
    """Turn down the proposals of images (of one class, where it is named); their model does not make them again.

    An image nobody has answered that is left without a proposal is new again.
    """
    done = _begin(c, project_id, None, idempotency_key)
    if done is not None:
        return done
    if projects.get(c, project_id).task.draws_shapes:
        proposed = [
            one
            for listed in proposed_shapes.of_images(c, image_ids).values()
            for one in listed
            if class_id is None or one.class_id == class_id
        ]
        return instances.reject(
            c,
            project_id,
            proposed,
            author=author,
            cause=cause,
            summary=summary,
            detail=detail,
            idempotency_key=idempotency_key,
        )
    changes, losing = rejecting.to_reject(c, project_id, image_ids, class_id)
    return settling.settle(
        c,
        project_id,
        (),
        author=author,
        cause=cause,
        summary=summary,
        detail=detail,
        proposal_changes=changes,
        losing=losing,
        idempotency_key=idempotency_key,
    )


def set_split(
    c: Connection,
    project_id: ProjectId,
    splits: Mapping[ImageId, Split | None],
    *,
    author: Author,
    cause: Cause = Cause.SPLIT,
    summary: str,
    detail: Mapping[str, Any] | None = None,
    idempotency_key: str | None = None,
) -> Operation:
    """Put images into a split, or into none. Raises: BadInput; nothing is saved then."""
    done = _begin(c, project_id, None, idempotency_key)
    if done is not None:
        return done
    return settling.settle(
        c,
        project_id,
        (),
        author=author,
        cause=cause,
        summary=summary,
        detail=detail,
        fields=_in_splits(c, project_id, splits),
        idempotency_key=idempotency_key,
    )


def set_folder(
    c: Connection,
    project_id: ProjectId,
    folders: Mapping[ImageId, str],
    *,
    author: Author,
    cause: Cause = Cause.HAND,
    summary: str,
    detail: Mapping[str, Any] | None = None,
    idempotency_key: str | None = None,
) -> Operation:
    """Move images into other folders of the project; files stay where they are. Raises: BadInput."""
    done = _begin(c, project_id, None, idempotency_key)
    if done is not None:
        return done
    now = settling.current_fields(c, project_id, folders)
    fields = {i: ImageFields(old.state, old.split, folders[i]) for i, old in now.items()}
    return settling.settle(
        c,
        project_id,
        (),
        author=author,
        cause=cause,
        summary=summary,
        detail=detail,
        fields=fields,
        idempotency_key=idempotency_key,
    )


def _begin(
    c: Connection, project_id: ProjectId, expected: Mapping[ImageId, int] | None, key: str | None
) -> Operation | None:
    """Wait for the project; the operation already done under that key, if any; else check revisions."""
    projects.lock(c, project_id)
    done = operations.by_idempotency_key(c, project_id, key)
    if done is None:
        operations.check_revisions(c, project_id, expected)
    return done


def _in_splits(
    c: Connection, project_id: ProjectId, splits: Mapping[ImageId, Split | None]
) -> dict[ImageId, ImageFields]:
    now = settling.current_fields(c, project_id, splits)
    return {i: ImageFields(old.state, splits[i], old.folder) for i, old in now.items()}


def _check_whole_images(project: Project, class_ids: Mapping[ImageId, Sequence[ClassId]]) -> None:
    if project.task.draws_shapes and any(class_ids.values()):
        raise BadInput(
            f"In {project.name!r} shapes are drawn ({project.task.value}); a class cannot be given to whole images. Nothing "
            "was saved. Draw shapes, or accept proposed ones."
        )


def _check_classes(
    c: Connection, project_id: ProjectId, class_ids: Mapping[ImageId, Sequence[ClassId]], multi_label: bool
) -> None:
    known = {k.id for k in classes.of_project(c, project_id)}
    for image_id, wanted in class_ids.items():
        for class_id in wanted:
            if class_id not in known:
                classes.get(c, project_id, class_id)
        if len(set(wanted)) > 1 and not multi_label:
            raise BadInput(
                f"Image {image_id} was given {len(set(wanted))} classes, but this project has one per image. "
                "Nothing was saved. Give one class, or make a multi-label project."
            )


def _removals(
    c: Connection, image_ids: Sequence[ImageId], class_id: ClassId | None
) -> list[AnnotationChange]:
    return [
        AnnotationChange(image_id, a.id, a, None)
        for image_id, present in truth.of_images(c, image_ids).items()
        for a in present
        if class_id is None or a.class_id == class_id
    ]

"""New annotations of images bring their states along.

Where classes are given to whole images, one is labelled while it has an annotation. Where shapes are drawn, an image with
shapes is a draft until somebody says that these are all; then it is labelled, be there shapes or none.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Mapping, Sequence
from collections.abc import Set as AbstractSet
from typing import Any

import numpy as np
from sqlalchemy import Connection, select

from labelgraft.domain.annotation import Author
from labelgraft.domain.ids import ImageId, OperationId, ProjectId
from labelgraft.domain.image import SPLIT_CODES, STATE_CODES, ImageState
from labelgraft.domain.operation import (
    AnnotationChange,
    Cause,
    ClassChange,
    ImageChange,
    ImageFields,
    Operation,
    ProposalChange,
    ProposedShapeChange,
)
from labelgraft.storage import dialect, folders, marks, operations, projects, proposal_rows, proposed_shapes
from labelgraft.storage.tables import annotation

UNANSWERED = (ImageState.NEW, ImageState.PROPOSED)
"""States of an image nobody has said anything about; which one depends on whether a proposal is there."""

ASIDE = (ImageState.SKIPPED, ImageState.UNCLEAR)


def settle(
    c: Connection,
    project_id: ProjectId,
    annotation_changes: Sequence[AnnotationChange],
    *,
    author: Author,
    cause: Cause,
    summary: str,
    detail: Mapping[str, Any] | None = None,
    fallback: Mapping[ImageId, ImageState] | None = None,
    fields: Mapping[ImageId, ImageFields] | None = None,
    class_changes: Sequence[ClassChange] = (),
    proposal_changes: Sequence[ProposalChange] = (),
    proposed_shape_changes: Sequence[ProposedShapeChange] = (),
    losing: AbstractSet[ImageId] = frozenset(),
    idempotency_key: str | None = None,
    reverts: OperationId | None = None,
) -> Operation:
    """Record annotation changes together with the states that follow from them.

    fallback: the state of an image left without annotations; new where not given. Where shapes are drawn, the state that
    the image gets. fields: splits and folders to set (their states are not read). losing: images that have no proposal
    once this is done.
    """
    gaining, without = proposed_shapes.gaining_and_losing(c, proposed_shape_changes)
    return operations.record(
        c,
        project_id,
        author=author,
        cause=cause,
        summary=summary,
        detail=detail,
        annotation_changes=annotation_changes,
        image_changes=image_changes(
            c, project_id, annotation_changes, fallback or {}, fields or {}, gaining, losing | without
        ),
        class_changes=class_changes,
        proposal_changes=proposal_changes,
        proposed_shape_changes=proposed_shape_changes,
        idempotency_key=idempotency_key,
        reverts=reverts,
    )


def image_changes(
    c: Connection,
    project_id: ProjectId,
    annotation_changes: Sequence[AnnotationChange],
    fallback: Mapping[ImageId, ImageState],
    fields: Mapping[ImageId, ImageFields],
    gaining: AbstractSet[ImageId] = frozenset(),
    losing: AbstractSet[ImageId] = frozenset(),
) -> list[ImageChange]:
    """What changes of the images themselves, given what changes of their annotations.

    gaining, losing: images that will have a proposal, or none, once this operation is done.
    """
    balance: dict[ImageId, int] = dict.fromkeys([*fallback, *fields, *gaining, *losing], 0)
    for change in annotation_changes:
        step = (change.after is not None) - (change.before is not None)
        balance[change.image_id] = balance.get(change.image_id, 0) + step
    before = current_fields(c, project_id, balance)
    operations.check_all_known(len(before), len(balance))
    drawn = projects.get(c, project_id).task.draws_shapes
    has = annotation_counts(c, [i for i in balance if drawn or before[i].state is ImageState.LABELLED])
    empty = [i for i in balance if has.get(i, 0) + balance[i] == 0]
    annotated = {change.image_id for change in annotation_changes}
    proposed = (proposal_rows.with_some(c, project_id, empty) - losing) | gaining
    changes = []
    made: dict[tuple[int, str, int], ImageFields] = {}
    for image_id, old in before.items():
        if drawn:
            wanted_state = fallback.get(image_id, old.state)
            if wanted_state in ASIDE and image_id in annotated and image_id not in fallback:
                wanted_state = ImageState.DRAFT
            state = _drawn(wanted_state, has.get(image_id, 0) + balance[image_id] > 0, image_id in proposed)
        elif has.get(image_id, 0) + balance[image_id] > 0:
            state = ImageState.LABELLED
        else:
            stays = ImageState.NEW if old.state is ImageState.LABELLED else old.state
            state = fallback.get(image_id, stays)
            if state in UNANSWERED:
                state = ImageState.PROPOSED if image_id in proposed else ImageState.NEW
        wanted = fields.get(image_id, old)
        if (state, wanted.split, wanted.folder) == (old.state, old.split, old.folder):
            continue
        key = (id(old), state.value, id(wanted))
        if key not in made:
            made[key] = ImageFields(state, wanted.split, wanted.folder)
        changes.append(ImageChange(image_id, old, made[key]))
    return changes


def _drawn(state: ImageState, has_shapes: bool, is_proposed: bool) -> ImageState:
    """The state of an image where shapes are drawn; what somebody said of it stays."""
    if state is ImageState.LABELLED or state in ASIDE:
        return state
    if has_shapes:
        return ImageState.DRAFT
    return ImageState.PROPOSED if is_proposed else ImageState.NEW


def current_fields(
    c: Connection, project_id: ProjectId, image_ids: Collection[ImageId]
) -> dict[ImageId, ImageFields]:
    """State, split and folder of images, ascending; images that are not of this project are left out."""
    if not image_ids:
        return {}
    marked = marks.of_ids(c, project_id, image_ids)
    paths = folders.paths(c, np.unique(marked.folders).tolist())
    made: dict[tuple[int, int, int], ImageFields] = {}
    found = {}
    columns = (marked.image_ids, marked.states, marked.splits, marked.folders)
    for image_id, *key in zip(*(column.tolist() for column in columns), strict=True):
        state, split, folder = key
        fields = made.get((state, split, folder))
        if fields is None:
            fields = ImageFields(STATE_CODES[state], SPLIT_CODES[split], paths[folder])
            made[state, split, folder] = fields
        found[ImageId(image_id)] = fields
    return found


def annotation_counts(c: Connection, image_ids: Sequence[ImageId]) -> dict[ImageId, int]:
    """How many annotations images have; those without any are left out."""
    if not image_ids:
        return {}
    statement = select(annotation.c.image_id).where(dialect.among(c, annotation.c.image_id, image_ids))
    return dict(Counter(c.execute(statement).scalars().all()))

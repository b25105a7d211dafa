"""Shapes that models propose, and what became of them.

A row stays when it is answered, so that the model can be scored and does not propose the same again. The table
`proposal` follows: for each image the surest open shape of each class.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from typing import Any

import numpy as np
from sqlalchemy import Connection, Row, Select, delete, select, update

from labelgraft.domain.ids import ClassId, ImageId, ModelId, ProjectId, ProposalId
from labelgraft.domain.image import STATE_CODES, ImageState
from labelgraft.domain.operation import ProposedShapeChange
from labelgraft.domain.proposal import (
    PROPOSAL_STATE_CODES,
    NewProposedShape,
    ProposalState,
    ProposedShape,
)
from labelgraft.domain.shapes import shape_json
from labelgraft.errors import BadInput, Conflict
from labelgraft.storage import counters, dialect, marks
from labelgraft.storage.proposal_rows import BANDS
from labelgraft.storage.tables import class_, proposal, proposed_shape

OPEN = PROPOSAL_STATE_CODES.index(ProposalState.OPEN)
_NEW = STATE_CODES.index(ImageState.NEW)
_PROPOSED = STATE_CODES.index(ImageState.PROPOSED)
_COLUMNS = ("id", "project_id", "image_id", "class_id", "model_id", "confidence", "state", "shape")


def put(
    c: Connection, project_id: ProjectId, model_id: ModelId, asked: Collection[ImageId],
    found: Sequence[NewProposedShape], *, replaced: Collection[ModelId] = (),
) -> int:  # fmt: skip
    """Put what a model found in these images in place of its earlier open proposals there, and of those of `replaced`.

    Proposals of other models, answered ones and truth stay; no revision changes. Images nobody has answered become
    proposed or new. A run that puts shard by shard is one operation, so others see it by the number that is given: how
    often something was put in this project. Raises: BadInput for a confidence outside 0 to 1 or an image that was not
    asked about.
    """
    _check(asked, found)
    t = proposed_shape.c
    gone = t.model_id.in_([model_id, *replaced])
    mine = (gone, t.state == OPEN, dialect.among(c, t.image_id, asked))
    c.execute(delete(proposed_shape).where(*mine))
    number = counters.take(c, "proposed_shape", len(found))
    rows = [
        (
            number + at, project_id, one.image_id, one.class_id, model_id, one.confidence, OPEN,
            shape_json.to_text(one.shape),
        )
        for at, one in enumerate(found)
    ]  # fmt: skip
    dialect.insert_rows(c, proposed_shape, _COLUMNS, rows)
    proposed = follow(c, project_id, asked)
    _refresh_states(c, project_id, asked, proposed)
    counters.count_up(c, puts_of(project_id))
    return puts(c, project_id)


def puts_of(project_id: ProjectId) -> str:
    """What the counter of `put` is called."""
    return f"shapes proposed in project {project_id}"


def puts(c: Connection, project_id: ProjectId) -> int:
    """How often shapes were put in a project: what was read before it changed may be old."""
    return counters.reached(c, puts_of(project_id))


def of_images(
    c: Connection, image_ids: Iterable[ImageId], states: Collection[ProposalState] = (ProposalState.OPEN,)
) -> dict[ImageId, tuple[ProposedShape, ...]]:
    """The proposals of each image in one of these states, surest first; every image asked for has an entry."""
    found: dict[ImageId, list[ProposedShape]] = {image_id: [] for image_id in image_ids}
    if not found:
        return {}
    t = proposed_shape.c
    codes = [PROPOSAL_STATE_CODES.index(state) for state in states]
    statement = _alive().where(dialect.among(c, t.image_id, found), t.state.in_(codes))
    for row in c.execute(statement.order_by(t.confidence.desc(), t.id)):
        one = _read(row)
        found[one.image_id].append(one)
    return {image_id: tuple(listed) for image_id, listed in found.items()}


def of_ids(c: Connection, proposal_ids: Collection[ProposalId]) -> dict[ProposalId, ProposedShape]:
    """The proposals with these numbers, whatever became of them; unknown ones are left out."""
    if not proposal_ids:
        return {}
    statement = select(proposed_shape).where(dialect.among(c, proposed_shape.c.id, proposal_ids))
    return {ProposalId(row.id): _read(row) for row in c.execute(statement)}


def of_model(c: Connection, project_id: ProjectId, model_id: ModelId) -> tuple[ProposedShape, ...]:
    """All that a model proposed, whatever became of it, by image."""
    t = proposed_shape.c
    statement = _alive().where(t.project_id == project_id, t.model_id == model_id)
    return tuple(_read(row) for row in c.execute(statement.order_by(t.image_id, t.id)))


def has_proposed(c: Connection, project_id: ProjectId, model_id: ModelId) -> bool:
    """Whether a model proposed anything here, whatever became of it."""
    t = proposed_shape.c
    found = _alive().where(t.project_id == project_id, t.model_id == model_id)
    return c.execute(found.limit(1)).first() is not None


def gaining_and_losing(
    c: Connection, changes: Sequence[ProposedShapeChange]
) -> tuple[set[ImageId], set[ImageId]]:
    """The images that have an open proposal once the changes are made, and those that have none left."""
    if not changes:
        return set(), set()
    touched = {one.image_id for one in changes}
    open_now = {i: {p.id for p in listed} for i, listed in of_images(c, touched).items()}
    for one in changes:
        if one.after is ProposalState.OPEN:
            open_now[one.image_id].add(one.proposal_id)
        else:
            open_now[one.image_id].discard(one.proposal_id)
    return {i for i, left in open_now.items() if left}, {i for i, left in open_now.items() if not left}


def apply_changes(c: Connection, project_id: ProjectId, changes: Sequence[ProposedShapeChange]) -> None:
    """Mark proposals as accepted, rejected or open again. Raises: Conflict if one is in another state than was seen."""
    if not changes:
        return
    t, found = proposed_shape.c, 0
    for before, after in {(one.before, one.after) for one in changes}:
        numbers = [one.proposal_id for one in changes if (one.before, one.after) == (before, after)]
        was = t.state == PROPOSAL_STATE_CODES.index(before)
        statement = update(proposed_shape).where(was, dialect.among(c, t.id, numbers))
        found += c.execute(statement.values(state=PROPOSAL_STATE_CODES.index(after))).rowcount
    if found != len(changes):
        raise Conflict(
            f"{len(changes) - found} of {len(changes)} proposals were answered or replaced since. Nothing was saved. "
            "Look at the image again and repeat the change."
        )
    follow(c, project_id, {one.image_id for one in changes})


def follow(c: Connection, project_id: ProjectId, image_ids: Collection[ImageId]) -> set[ImageId]:
    """Make `proposal` say what is open in these images; gives the images where something is."""
    p = proposal.c
    c.execute(delete(proposal).where(p.project_id == project_id, dialect.among(c, p.image_id, image_ids)))
    t = proposed_shape.c
    statement = select(t.image_id, t.class_id, t.confidence, t.model_id)
    open_there = c.execute(statement.where(t.state == OPEN, dialect.among(c, t.image_id, image_ids)))
    surest: dict[tuple[int, int], tuple[float, int]] = {}
    for image_id, class_id, confidence, model_id in open_there:
        key, value = (image_id, class_id), (confidence, model_id)
        surest[key] = max(surest.get(key, value), value)
    bands = np.searchsorted(BANDS, [sure for sure, _ in surest.values()], side="right").tolist()
    rows = [
        (project_id, image_id, class_id, model_id, confidence, band)
        for ((image_id, class_id), (confidence, model_id)), band in zip(surest.items(), bands, strict=True)
    ]
    names = ("project_id", "image_id", "class_id", "model_id", "confidence", "band")
    dialect.insert_rows(c, proposal, names, rows)
    return {ImageId(image_id) for image_id, _ in surest}


def _check(asked: Collection[ImageId], found: Sequence[NewProposedShape]) -> None:
    known = set(asked)
    for one in found:
        if not 0 <= one.confidence <= 1:
            raise BadInput(
                f"A proposal has confidence {one.confidence}, expected 0 to 1. Nothing was stored."
            )
        if one.image_id not in known:
            raise BadInput(
                "A proposal is for an image that the model was not asked about. Nothing was stored."
            )


def _refresh_states(
    c: Connection, project_id: ProjectId, asked: Collection[ImageId], proposed: set[ImageId]
) -> None:
    known = marks.of_ids(c, project_id, asked)
    wanted = np.where(np.isin(known.image_ids, sorted(proposed)), _PROPOSED, _NEW).astype(np.int8)
    differ = np.flatnonzero(np.isin(known.states, (_NEW, _PROPOSED)) & (known.states != wanted))
    if len(differ):
        some = known.where(differ)
        marks.write(
            c,
            project_id,
            marks.Marks(some.image_ids, wanted[differ], some.splits, some.folders, some.revisions),
        )


def _alive() -> Select[Any]:
    """Proposals whose class is still there."""
    return (
        select(proposed_shape)
        .join(class_, class_.c.id == proposed_shape.c.class_id)
        .where(class_.c.deleted == 0)
    )


def _read(row: Row[Any]) -> ProposedShape:
    return ProposedShape(
        id=ProposalId(row.id), image_id=ImageId(row.image_id), model_id=ModelId(row.model_id),
        class_id=ClassId(row.class_id), confidence=row.confidence, shape=shape_json.from_text(row.shape, "the tables"),
        state=PROPOSAL_STATE_CODES[row.state],
    )  # fmt: skip

"""Proposals that a person rejected: kept apart, so that the same model does not make them again."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Collection, Sequence

import numpy as np
from sqlalchemy import Connection, Table, delete, select

from labelgraft.domain.ids import ClassId, ImageId, ModelId, ProjectId
from labelgraft.domain.operation import ProposalChange
from labelgraft.storage import dialect
from labelgraft.storage.proposal_rows import BANDS, model_of, of_images
from labelgraft.storage.tables import proposal, rejection


def to_reject(
    c: Connection, project_id: ProjectId, image_ids: Collection[ImageId], class_id: ClassId | None
) -> tuple[list[ProposalChange], set[ImageId]]:
    """The rejections of these images' proposals, and the images that have no proposal left then."""
    listed = of_images(c, project_id, image_ids)
    changes = [
        ProposalChange(one.image_id, one.class_id, one.model_id, rejected=True)
        for found in listed.values()
        for one in found
        if class_id is None or one.class_id == class_id
    ]
    gone = Counter(one.image_id for one in changes)
    return changes, {image_id for image_id, count in gone.items() if count == len(listed[image_id])}


def to_restore(
    c: Connection, project_id: ProjectId, done: Sequence[ProposalChange], alive: Collection[ClassId]
) -> tuple[list[ProposalChange], set[ImageId]]:
    """What takes rejections back that still hold, and the images that have a proposal again then.

    alive: the classes that are there afterwards; a proposal of another is not shown.
    """
    t = rejection.c
    held = select(t.image_id, t.class_id, t.model_id).where(
        t.project_id == project_id, dialect.among(c, t.image_id, {one.image_id for one in done})
    )
    there = {tuple(row) for row in c.execute(held)} if done else set()
    now = model_of(c, project_id)
    changes = [
        ProposalChange(one.image_id, one.class_id, one.model_id, rejected=not one.rejected)
        for one in done
        if ((one.image_id, one.class_id, one.model_id) in there) == one.rejected
    ]
    back = {
        one.image_id
        for one in changes
        if not one.rejected and one.class_id in alive and now in (None, one.model_id)
    }
    return changes, back


def apply_changes(c: Connection, project_id: ProjectId, changes: Sequence[ProposalChange]) -> None:
    """Move proposals among the rejected ones, or back where the proposals of now are of the same model."""
    kinds: dict[tuple[ClassId, ModelId, bool], list[ImageId]] = defaultdict(list)
    for one in changes:
        kinds[one.class_id, one.model_id, one.rejected].append(one.image_id)
    now = model_of(c, project_id)
    for (class_id, model_id, rejected), image_ids in kinds.items():
        source, target = (proposal, rejection) if rejected else (rejection, proposal)
        t = source.c
        where = (
            t.project_id == project_id, t.class_id == class_id, t.model_id == model_id,
            dialect.among(c, t.image_id, image_ids),
        )  # fmt: skip
        moved = c.execute(select(t.image_id, t.confidence).where(*where)).fetchall()
        c.execute(delete(source).where(*where))
        if rejected or now in (None, model_id):
            _insert_moved(c, target, project_id, class_id, model_id, [(row[0], row[1]) for row in moved])


def _insert_moved(
    c: Connection, target: Table, project_id: ProjectId, class_id: ClassId, model_id: ModelId,
    moved: Sequence[tuple[int, float]],
) -> None:  # fmt: skip
    rows = [
        {
            "project_id": project_id, "image_id": image_id, "class_id": class_id, "model_id": model_id,
            "confidence": confidence,
        }
        for image_id, confidence in moved
    ]  # fmt: skip
    if target is proposal:
        bands = np.searchsorted(BANDS, [confidence for _, confidence in moved], side="right").tolist()
        rows = [{**row, "band": band} for row, band in zip(rows, bands, strict=True)]
    dialect.insert_missing(c, target, rows)


def rejected(c: Connection, project_id: ProjectId, model_id: ModelId) -> set[tuple[int, int]]:
    """Image and class of every proposal of a model that was rejected."""
    t = rejection.c
    found = select(t.image_id, t.class_id).where(t.project_id == project_id, t.model_id == model_id)
    return {(row[0], row[1]) for row in c.execute(found)}

"""Proposals that a person rejected: kept apart, so that the same model does not make them again."""

from __future__ import annotations

import json
from collections import Counter, defaultdict
from collections.abc import Collection, Sequence

import numpy as np
from sqlalchemy import Connection, Table, delete, select

from labelgraft.domain.ids import ClassId, ImageId, ModelId, ProjectId
from labelgraft.domain.operation import Cause, ProposalChange
from labelgraft.storage import dialect, journal
from labelgraft.storage.proposal_rows import BANDS, of_images
from labelgraft.storage.tables import operation, proposal, rejection


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
    changes = [
        ProposalChange(one.image_id, one.class_id, one.model_id, rejected=not one.rejected)
        for one in done
        if ((one.image_id, one.class_id, one.model_id) in there) == one.rejected
    ]
    restored: dict[ModelId, set[ImageId]] = defaultdict(set)
    for one in changes:
        if not one.rejected and one.class_id in alive:
            restored[one.model_id].add(one.image_id)
    return changes, {i for model_id, ids in restored.items() for i in _still_of(c, project_id, model_id, ids)}


def apply_changes(c: Connection, project_id: ProjectId, changes: Sequence[ProposalChange]) -> None:
    """Move proposals among the rejected ones, or back where no other model has proposed for the image since."""
    kinds: dict[tuple[ClassId, ModelId, bool], list[ImageId]] = defaultdict(list)
    for one in changes:
        kinds[one.class_id, one.model_id, one.rejected].append(one.image_id)
    for (class_id, model_id, rejected), image_ids in kinds.items():
        source, target = (proposal, rejection) if rejected else (rejection, proposal)
        t = source.c
        where = (
            t.project_id == project_id, t.class_id == class_id, t.model_id == model_id,
            dialect.among(c, t.image_id, image_ids),
        )  # fmt: skip
        moved = c.execute(select(t.image_id, t.confidence).where(*where)).fetchall()
        c.execute(delete(source).where(*where))
        fit = set(image_ids) if rejected else _still_of(c, project_id, model_id, image_ids)
        kept = [(row[0], row[1]) for row in moved if row[0] in fit]
        _insert_moved(c, target, project_id, class_id, model_id, kept)


def _still_of(
    c: Connection, project_id: ProjectId, model_id: ModelId, image_ids: Collection[ImageId]
) -> set[ImageId]:
    """Those images that this model was the last to be asked about."""
    left, found = np.array(sorted(image_ids), np.int64), set[ImageId]()
    o = operation.c
    runs = select(o.id, o.detail).where(o.project_id == project_id, o.cause == Cause.MODEL_RUN.value)
    for number, detail in c.execute(runs.order_by(o.id.desc())).fetchall():
        told = json.loads(detail)
        here = np.isin(left, journal.asked(c, number)) if "asked" in told else np.ones(len(left), np.bool_)
        if told.get("model") == model_id:
            found.update(map(ImageId, left[here].tolist()))
        left = left[~here]
        if not len(left):
            break
    return found


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

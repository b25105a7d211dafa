"""The proposals of a project as they stand: read by image, by class, and as columns."""

from __future__ import annotations

from collections.abc import Collection, Iterable

import numpy as np
from sqlalchemy import ColumnElement, Connection, func, select

from labelgraft.domain.arrays import Ints
from labelgraft.domain.ids import ClassId, ImageId, ModelId, ProjectId
from labelgraft.domain.proposal import Proposal, ProposalColumns
from labelgraft.storage import dialect
from labelgraft.storage.tables import class_, proposal

BANDS = np.array([0.05, 0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9, 0.95, 0.99, 0.999])
"""Steps of confidence; band b holds BANDS[b - 1] <= confidence < BANDS[b]."""


def columns(c: Connection, project_id: ProjectId, model_id: ModelId | None = None) -> ProposalColumns:
    """All proposals of a project, or those of one model, ordered by image, then class; also of images labelled since.

    Those of classes deleted since are left out.
    """
    p = proposal.c
    statement = select(p.image_id, p.class_id, p.confidence).where(*_alive(project_id))
    if model_id is not None:
        statement = statement.where(p.model_id == model_id)
    ids, classes, sure = dialect.columns(c, statement)
    image_ids, class_ids = np.array(ids, np.int64), np.array(classes, np.int64)
    order = np.lexsort((class_ids, image_ids))
    return ProposalColumns(image_ids[order], class_ids[order], np.array(sure, np.float32)[order])


def _alive(project_id: ProjectId) -> tuple[ColumnElement[bool], ...]:
    """Proposals of a project whose class is still there."""
    p = proposal.c
    return p.project_id == project_id, class_.c.id == p.class_id, class_.c.deleted == 0


def models_of(c: Connection, project_id: ProjectId, image_ids: Iterable[ImageId]) -> dict[ImageId, ModelId]:
    """The model whose proposals each image has; images without any are left out."""
    p = proposal.c
    statement = select(p.image_id, p.model_id).where(
        p.project_id == project_id, dialect.among(c, p.image_id, image_ids)
    )
    return {ImageId(image_id): ModelId(model_id) for image_id, model_id in c.execute(statement.distinct())}


def images_of_model(c: Connection, project_id: ProjectId, model_id: ModelId) -> Ints:
    """The images that have proposals of a model, ascending; also of classes deleted since."""
    p = proposal.c
    (found,) = dialect.columns(
        c, select(p.image_id).where(p.project_id == project_id, p.model_id == model_id)
    )
    return np.unique(np.array(found, np.int64))


def has_any(c: Connection, project_id: ProjectId) -> bool:
    """Whether a project has a proposal."""
    statement = select(proposal.c.model_id).where(proposal.c.project_id == project_id).limit(1)
    return c.execute(statement).first() is not None


def of_images(
    c: Connection, project_id: ProjectId, image_ids: Iterable[ImageId]
) -> dict[ImageId, tuple[Proposal, ...]]:
    """The proposals of each image, surest first; every image asked for has an entry."""
    found: dict[ImageId, list[Proposal]] = {image_id: [] for image_id in image_ids}
    p = proposal.c
    statement = (
        select(p.image_id, p.model_id, p.class_id, p.confidence)
        .where(*_alive(project_id), dialect.among(c, p.image_id, found))
        .order_by(p.image_id, p.confidence.desc(), p.class_id)
    )
    for image_id, model_id, class_id, confidence in c.execute(statement):
        found[image_id].append(Proposal(image_id, ModelId(model_id), ClassId(class_id), confidence))
    return {image_id: tuple(listed) for image_id, listed in found.items()}


def with_some(
    c: Connection, project_id: ProjectId, image_ids: Collection[ImageId], class_id: ClassId | None = None
) -> set[ImageId]:
    """Which of these images have a proposal (of a class, where one is named) by a class that is there."""
    if not image_ids:
        return set()
    p = proposal.c
    statement = select(p.image_id).where(*_alive(project_id), dialect.among(c, p.image_id, image_ids))
    if class_id is not None:
        statement = statement.where(p.class_id == class_id)
    return {ImageId(image_id) for image_id in c.execute(statement).scalars()}


def count_of_class(c: Connection, class_id: ClassId) -> int:
    """How many proposals a class has."""
    statement = select(func.count()).select_from(proposal).where(proposal.c.class_id == class_id)
    return int(c.execute(statement).scalar_one())


def images_of_classes(c: Connection, project_id: ProjectId, class_ids: Collection[ClassId]) -> set[ImageId]:
    """Images with a proposal of one of these classes, be they deleted or not."""
    if not class_ids:
        return set()
    p = proposal.c
    statement = select(p.image_id).where(p.project_id == project_id, dialect.among(c, p.class_id, class_ids))
    return {ImageId(image_id) for image_id in c.execute(statement).scalars()}

"""What a model proposes, apart from truth; a new run of a model replaces all of it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import replace as replace_fields
from typing import Any

import numpy as np
from sqlalchemy import Connection, delete, select

from labelgraft.domain.annotation import Author, AuthorKind
from labelgraft.domain.arrays import Ints
from labelgraft.domain.ids import ClassId, ImageId, ModelId, ProjectId
from labelgraft.domain.image import STATE_CODES, ImageState
from labelgraft.domain.operation import Cause, Operation
from labelgraft.domain.proposal import Proposal, ProposalColumns
from labelgraft.errors import BadInput, ShapeMismatch
from labelgraft.storage import dialect, marks, operations, projects
from labelgraft.storage.tables import proposal

BANDS = np.array([0.05, 0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9, 0.95, 0.99, 0.999])
"""Steps of confidence; band b holds BANDS[b - 1] <= confidence < BANDS[b]."""

_NEW = STATE_CODES.index(ImageState.NEW)
_PROPOSED = STATE_CODES.index(ImageState.PROPOSED)


def replace(
    c: Connection,
    project_id: ProjectId,
    model_id: ModelId,
    columns: ProposalColumns,
    *,
    author: Author | None = None,
    summary: str = "",
    detail: Mapping[str, Any] | None = None,
    idempotency_key: str | None = None,
) -> Operation:
    """Store a model's proposals in place of all earlier ones of the project.

    Truth is not touched and no revision changes; images nobody has answered become proposed or new. The
    journal gets one entry that says so, without the proposals themselves.

    Raises: ShapeMismatch; BadInput if a confidence is outside 0 to 1.
    """
    projects.lock(c, project_id)
    done = operations.by_idempotency_key(c, project_id, idempotency_key)
    if done is not None:
        return done
    _check(columns)
    c.execute(delete(proposal).where(proposal.c.project_id == project_id))
    confidences = columns.confidences.astype(np.float64)
    bands = np.searchsorted(BANDS, confidences, side="right")
    listed = (columns.image_ids.tolist(), columns.class_ids.tolist(), confidences.tolist(), bands.tolist())
    rows = [(project_id, i, k, model_id, p, b) for i, k, p, b in zip(*listed, strict=True)]
    names = ("project_id", "image_id", "class_id", "model_id", "confidence", "band")
    dialect.insert_rows(c, proposal, names, rows)
    _refresh_states(c, project_id, columns.image_ids)
    proposed = len(np.unique(columns.image_ids))
    return operations.record(
        c,
        project_id,
        author=author or Author(AuthorKind.MODEL, f"model {model_id}", model_id),
        cause=Cause.MODEL_RUN,
        summary=summary or f"Proposals for {proposed} images",
        detail={**(detail or {}), "model": model_id, "proposals": len(rows), "images": proposed},
        idempotency_key=idempotency_key,
    )


def _check(columns: ProposalColumns) -> None:
    sizes = {len(columns.image_ids), len(columns.class_ids), len(columns.confidences)}
    if len(sizes) != 1:
        raise ShapeMismatch(f"The columns of proposals have different lengths: {sorted(sizes)}.")
    inside = (columns.confidences >= 0) & (columns.confidences <= 1)
    if not inside.all():
        found = float(columns.confidences[~inside][0])
        raise BadInput(f"A proposal has confidence {found}, expected 0 to 1. Nothing was stored.")


def _refresh_states(c: Connection, project_id: ProjectId, proposed: Ints) -> None:
    known = marks.every(c, project_id)
    open_ones = np.isin(known.states, (_NEW, _PROPOSED))
    wanted = np.where(np.isin(known.image_ids, proposed), _PROPOSED, _NEW).astype(np.int8)
    differ = np.flatnonzero(open_ones & (known.states != wanted))
    if len(differ):
        marks.write(c, project_id, replace_fields(known.where(differ), states=wanted[differ]))


def columns(c: Connection, project_id: ProjectId) -> ProposalColumns:
    """All proposals of a project, ordered by image, then class; also of images labelled since."""
    p = proposal.c
    statement = select(p.image_id, p.class_id, p.confidence).where(p.project_id == project_id)
    rows = c.execute(statement.order_by(p.image_id, p.class_id)).fetchall()
    return ProposalColumns(
        image_ids=np.array([row[0] for row in rows], np.int64),
        class_ids=np.array([row[1] for row in rows], np.int64),
        confidences=np.array([row[2] for row in rows], np.float32),
    )


def model_of(c: Connection, project_id: ProjectId) -> ModelId | None:
    """The model whose proposals the project has, if any."""
    statement = select(proposal.c.model_id).where(proposal.c.project_id == project_id).limit(1)
    found = c.execute(statement).scalar()
    return None if found is None else ModelId(found)


def of_images(
    c: Connection, project_id: ProjectId, image_ids: Iterable[ImageId]
) -> dict[ImageId, tuple[Proposal, ...]]:
    """The proposals of each image, surest first; every image asked for has an entry."""
    found: dict[ImageId, list[Proposal]] = {image_id: [] for image_id in image_ids}
    p = proposal.c
    statement = (
        select(p.image_id, p.model_id, p.class_id, p.confidence)
        .where(p.project_id == project_id, dialect.among(c, p.image_id, found))
        .order_by(p.image_id, p.confidence.desc(), p.class_id)
    )
    for image_id, model_id, class_id, confidence in c.execute(statement):
        found[image_id].append(Proposal(image_id, ModelId(model_id), ClassId(class_id), confidence))
    return {image_id: tuple(listed) for image_id, listed in found.items()}

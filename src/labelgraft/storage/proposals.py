"""What models propose, apart from truth; a run replaces what was proposed for its images, by whichever model."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace as replace_fields
from typing import Any

import numpy as np
from sqlalchemy import Connection, delete, select

from labelgraft.domain.annotation import Author, AuthorKind
from labelgraft.domain.arrays import Ints
from labelgraft.domain.ids import ModelId, ProjectId
from labelgraft.domain.image import STATE_CODES, ImageState
from labelgraft.domain.operation import Cause, Operation
from labelgraft.domain.proposal import ProposalColumns
from labelgraft.errors import BadInput, ShapeMismatch
from labelgraft.storage import dialect, journal, marks, operations, projects, rejecting
from labelgraft.storage.proposal_rows import BANDS as BANDS
from labelgraft.storage.proposal_rows import columns as columns
from labelgraft.storage.proposal_rows import count_of_class as count_of_class
from labelgraft.storage.proposal_rows import has_any as has_any
from labelgraft.storage.proposal_rows import images_of_model as images_of_model
from labelgraft.storage.proposal_rows import models_of as models_of
from labelgraft.storage.proposal_rows import of_images as of_images
from labelgraft.storage.tables import class_, proposal

_NEW = STATE_CODES.index(ImageState.NEW)
_PROPOSED = STATE_CODES.index(ImageState.PROPOSED)


def replace(
    c: Connection,
    project_id: ProjectId,
    model_id: ModelId,
    found: ProposalColumns,
    *,
    only: Ints | None = None,
    author: Author | None = None,
    summary: str = "",
    detail: Mapping[str, Any] | None = None,
    idempotency_key: str | None = None,
) -> Operation:
    """Store a model's proposals in place of all earlier ones of its images, so that those of an image are of one model.

    only: the images that the model was run on, None for all of the project; others keep what they have, of any model.

    Truth is not touched and no revision changes; images nobody has answered become proposed or new. What a person
    rejected of this model is left out. The journal gets one entry that says so, without the proposals themselves, and
    with its images where they are some.

    Raises: ShapeMismatch; BadInput if a confidence is outside 0 to 1, or a proposal is for none of its images.
    """
    projects.lock(c, project_id)
    done = operations.by_idempotency_key(c, project_id, idempotency_key)
    if done is not None:
        return done
    _check(found, only)
    replaced = () if only is None else (dialect.among(c, proposal.c.image_id, only.tolist()),)
    c.execute(delete(proposal).where(proposal.c.project_id == project_id, *replaced))
    confidences = found.confidences.astype(np.float64)
    bands = np.searchsorted(BANDS, confidences, side="right")
    listed = (found.image_ids.tolist(), found.class_ids.tolist(), confidences.tolist(), bands.tolist())
    refused = rejecting.rejected(c, project_id, model_id)
    rows = [
        (project_id, i, k, model_id, p, b)
        for i, k, p, b in zip(*listed, strict=True)
        if (i, k) not in refused
    ]
    names = ("project_id", "image_id", "class_id", "model_id", "confidence", "band")
    dialect.insert_rows(c, proposal, names, rows)
    alive = set(
        c.execute(
            select(class_.c.id).where(class_.c.project_id == project_id, class_.c.deleted == 0)
        ).scalars()
    )
    proposed = {row[1] for row in rows if row[2] in alive}
    _refresh_states(c, project_id, np.array(sorted(proposed), np.int64), only)
    asked = {} if only is None else {"asked": len(only)}
    done = operations.record(
        c,
        project_id,
        author=author or Author(AuthorKind.MODEL, f"model {model_id}", model_id),
        cause=Cause.MODEL_RUN,
        summary=summary or f"Proposals for {len(proposed)} images",
        detail={
            **(detail or {}),
            "model": model_id,
            "proposals": len(rows),
            "images": len(proposed),
            **asked,
        },
        idempotency_key=idempotency_key,
    )
    if only is not None:
        journal.write_asked(c, done.id, only)
    return done


def _check(columns: ProposalColumns, only: Ints | None) -> None:
    sizes = {len(columns.image_ids), len(columns.class_ids), len(columns.confidences)}
    if len(sizes) != 1:
        raise ShapeMismatch(f"The columns of proposals have different lengths: {sorted(sizes)}.")
    inside = (columns.confidences >= 0) & (columns.confidences <= 1)
    if not inside.all():
        found = float(columns.confidences[~inside][0])
        raise BadInput(f"A proposal has confidence {found}, expected 0 to 1. Nothing was stored.")
    if only is not None and not np.isin(columns.image_ids, only).all():
        raise BadInput("A proposal is for an image that the model was not asked about. Nothing was stored.")


def _refresh_states(c: Connection, project_id: ProjectId, proposed: Ints, only: Ints | None) -> None:
    known = marks.every(c, project_id) if only is None else marks.of_ids(c, project_id, only)
    open_ones = np.isin(known.states, (_NEW, _PROPOSED))
    wanted = np.where(np.isin(known.image_ids, proposed), _PROPOSED, _NEW).astype(np.int8)
    differ = np.flatnonzero(open_ones & (known.states != wanted))
    if len(differ):
        marks.write(c, project_id, replace_fields(known.where(differ), states=wanted[differ]))

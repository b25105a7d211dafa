"""Which images a filter lets through, and in which order they are worth showing, over the columns in memory."""

from __future__ import annotations

from enum import StrEnum

import numpy as np

from labelgraft.domain.arrays import Bools, Ints
from labelgraft.domain.ids import ImageId, ProjectId
from labelgraft.domain.image import SPLIT_CODES, STATE_CODES, ImageFilter, ImageState, lies_within
from labelgraft.domain.lookup import rows_of
from labelgraft.errors import BadSetting
from labelgraft.learning.doubtful_labels import contradicted
from labelgraft.services.compact_vectors import CompactVectors
from labelgraft.services.similar_images import likeness_to, need_compact
from labelgraft.storage import image_search, projects, proposals
from labelgraft.storage.state_columns import NONE, StateColumns
from labelgraft.storage.workspace import Workspace

CONFIDENT = 0.8
"""A proposal at least so sure makes a label that says something else suspicious."""


class ImageOrder(StrEnum):
    """By what images are ordered: number; worth looking at; confidence, the least first; likeness to an image."""

    ID = "id"
    QUEUE = "queue"
    CONFIDENCE = "confidence"
    SIMILAR = "similar"


def state_columns(workspace: Workspace, project_id: ProjectId) -> StateColumns:
    """What every image of a project is now."""
    with workspace.database.reading() as connection:
        return workspace.states.of(connection, project_id)


def filtered_rows(
    workspace: Workspace, project_id: ProjectId, wanted: ImageFilter, compact: CompactVectors
) -> tuple[StateColumns, Ints]:
    """The columns, and (K,) their rows that the filter lets through, in the order of their numbers."""
    columns = state_columns(workspace, project_id)
    fits = _marked(columns, wanted) & _labelled(columns, wanted)
    if wanted.asks_for_proposals:
        fits &= _proposed(workspace, project_id, columns, wanted)
    if wanted.suspicious is not None:
        fits &= suspicious(columns, workspace, project_id, compact) == wanted.suspicious
    rows = np.flatnonzero(fits)
    if wanted.path_contains:
        listed = columns.image_ids[rows].tolist()
        with workspace.database.reading() as connection:
            kept = image_search.with_text(connection, listed, wanted.path_contains)
        rows = columns.rows(np.array(kept, np.int64))
    return columns, rows


def ordered_rows(
    workspace: Workspace, project_id: ProjectId, columns: StateColumns, rows: Ints, order: ImageOrder,
    to: ImageId | None, compact: CompactVectors,
) -> Ints:  # fmt: skip
    """The same rows in another order. Raises BadSetting for SIMILAR without an image; BadInput."""
    if order is ImageOrder.ID:
        return rows
    if order is ImageOrder.SIMILAR:
        if to is None:
            raise BadSetting(
                "sort=similar: found no image to compare with; name it: to=IMAGE. Nothing was listed."
            )
        known = need_compact(workspace, project_id, compact)
        alike = np.full(len(columns.image_ids), -np.inf, np.float32)
        row, there = rows_of(columns.image_ids, known.image_ids)
        alike[row] = likeness_to(known, to)[there]
        return rows[np.argsort(-alike[rows], kind="stable")]
    sure = np.where(np.isnan(columns.confidences[rows]), np.inf, columns.confidences[rows])
    if order is ImageOrder.CONFIDENCE:
        return rows[np.argsort(sure, kind="stable")]
    return rows[np.lexsort((sure, _TURN[columns.states[rows]]))]


_TURN = np.array(
    [
        {ImageState.PROPOSED: 0, ImageState.NEW: 0, ImageState.UNCLEAR: 1, ImageState.SKIPPED: 2}.get(
            state, 3
        )
        for state in STATE_CODES
    ]
)
"""In the order of the queue images without an answer come first, the least sure ahead."""


def suspicious(
    columns: StateColumns, workspace: Workspace, project_id: ProjectId, compact: CompactVectors
) -> Bools:
    """(N,) labelled images whose label a confident proposal or most of their neighbours contradict.

    Of several labels one that agrees is enough.
    """
    labelled = columns.class_ids != NONE
    agreed = np.zeros(len(columns.image_ids), np.bool_)
    row = columns.rows(columns.label_image_ids)
    agreed[row[columns.label_class_ids == columns.proposal_class_ids[row]]] = True
    sure = np.nan_to_num(columns.confidences) >= CONFIDENT
    found: Bools = labelled & sure & ~agreed
    known = compact.of(workspace, project_id)
    if known is not None:
        given = np.flatnonzero(labelled)
        vectors, there = known.of(columns.image_ids[given])
        found[given[there]] |= contradicted(vectors, columns.class_ids[given[there]])
    return found


def _marked(columns: StateColumns, wanted: ImageFilter) -> Bools:
    fits = np.ones(len(columns.image_ids), np.bool_)
    if wanted.state is not None:
        fits &= columns.states == STATE_CODES.index(wanted.state)
    if wanted.split is not None:
        fits &= columns.splits == SPLIT_CODES.index(wanted.split)
    if wanted.folder is not None:
        within = [at for at, folder in enumerate(columns.folders) if lies_within(folder, wanted.folder)]
        fits &= np.isin(columns.folder_index, within)
    return fits


def _labelled(columns: StateColumns, wanted: ImageFilter) -> Bools:
    fits = np.ones(len(columns.image_ids), np.bool_)
    if wanted.class_id is not None:
        fits[:] = False
        fits[columns.rows(columns.label_image_ids[columns.label_class_ids == wanted.class_id])] = True
    return fits


def _proposed(
    workspace: Workspace, project_id: ProjectId, columns: StateColumns, wanted: ImageFilter
) -> Bools:
    low = 0.0 if wanted.min_confidence is None else wanted.min_confidence
    high = 1.0 if wanted.max_confidence is None else wanted.max_confidence
    with workspace.database.reading() as connection:
        multi_label = projects.get(connection, project_id).multi_label
        all_at_hand = wanted.model_id is None and not multi_label
        every = None if all_at_hand else proposals.columns(connection, project_id, wanted.model_id)
    if every is None:
        ids, classes, sure = columns.image_ids, columns.proposal_class_ids, columns.confidences
    else:
        ids, classes, sure = every.image_ids, every.class_ids, every.confidences
    hit = (classes != NONE) & (sure >= low) & (sure <= high)
    if wanted.proposed_class_id is not None:
        hit &= classes == wanted.proposed_class_id
    fits = np.zeros(len(columns.image_ids), np.bool_)
    fits[columns.rows(ids[hit])] = True
    return fits

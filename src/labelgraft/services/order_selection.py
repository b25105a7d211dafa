"""The images of a selection, the odd ones first: what is thrown out is seen without scrolling."""

from __future__ import annotations

import numpy as np

from labelgraft.domain.arrays import Floats, Ints
from labelgraft.domain.ids import ProjectId
from labelgraft.domain.selection import Selection
from labelgraft.learning.odd_order import oddness_in
from labelgraft.services.compact_vectors import CompactVectors
from labelgraft.storage.workspace import Workspace


def odd_ones_first(
    workspace: Workspace, project_id: ProjectId, chosen: Selection, compact: CompactVectors
) -> tuple[Ints, Floats]:
    """(N,) images, the oddest first, and (N,) how odd each is, in robust standard deviations.

    Images without an embedding come last with NaN.
    """
    ids = np.array(chosen.image_ids, np.int64)
    odd: Floats = np.full(len(ids), np.nan, np.float32)
    known = compact.of(workspace, project_id)
    if known is not None:
        rows, there = known.of(ids)
        odd[there] = oddness_in(rows)
    order = np.argsort(-np.nan_to_num(odd, nan=-np.inf), kind="stable")
    return ids[order], odd[order]

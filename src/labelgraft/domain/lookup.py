"""Where numbers stand among ordered numbers: how columns of different images are brought together."""

from __future__ import annotations

import numpy as np

from labelgraft.domain.arrays import Bools, Ints


def rows_of(known: Ints, wanted: Ints) -> tuple[Ints, Bools]:
    """The rows of those wanted numbers that are known.

    Args:
        known: (N,) int64, ascending, each once. wanted: (M,) int64, in any order.
    Returns: (K,) int64 rows in known, and (M,) bool which of the wanted they belong to, K of them True.
    """
    if not len(known):
        return np.zeros(0, np.int64), np.zeros(len(wanted), np.bool_)
    row = np.searchsorted(known, wanted).clip(max=len(known) - 1)
    there: Bools = known[row] == wanted
    return row[there], there

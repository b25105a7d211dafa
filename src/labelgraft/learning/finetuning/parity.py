"""Whether a faster engine gives what float32 gives: the tolerance, stated once."""

from __future__ import annotations

import numpy as np

from labelgraft.domain.arrays import AnyArray, Doubles

LEAST_MEAN_COSINE = 0.999
LEAST_COSINE = 0.995


def cosines(found: AnyArray, exact: AnyArray) -> Doubles:
    """(n,) the cosine of each row with its exact counterpart; rows of any shape. Two rows of zeros agree."""
    one, other = (rows.reshape(len(rows), -1).astype(np.float64) for rows in (found, exact))
    lengths = np.linalg.norm(one, axis=1) * np.linalg.norm(other, axis=1)
    agree = np.divide((one * other).sum(axis=1), lengths, out=np.zeros(len(one)), where=lengths > 0)
    agree[(one == other).all(axis=1)] = 1.0
    return np.asarray(agree)


def is_close(found: AnyArray, exact: AnyArray) -> bool:
    """True if rows agree with exact ones within the tolerance; NaN and no rows never do."""
    if len(found) == 0:
        return False
    near = cosines(found, exact)
    return bool(near.mean() > LEAST_MEAN_COSINE and near.min() > LEAST_COSINE)

"""Rows as directions of length 1, and the directions in which rows differ or reach most, by matrix products alone.

On one core: the many small steps of a full decomposition on two cost seconds on a busy machine, these 0.15 s
(5,000 rows of 1,280 numbers, 128 directions).
"""

from __future__ import annotations

import numpy as np

from labelgraft.domain.arrays import Floats
from labelgraft.errors import BadInput, ShapeMismatch
from labelgraft.learning.one_core import one_core

SPARE = 8
"""Directions carried along and dropped at the end; they make the wanted ones exact sooner."""


def unit_rows(embedding: Floats) -> Floats:
    """The embedding with rows of length 1 (a row of zeros stays), as a fresh (N, D) float32 array.

    Raises: ShapeMismatch if not two-dimensional; BadInput if a value is NaN or infinite.
    """
    if embedding.ndim != 2:
        raise ShapeMismatch(f"The embedding has shape {embedding.shape}, expected (images, numbers each).")
    rows = np.array(embedding, np.float32, order="C")
    lengths = np.linalg.norm(rows, axis=1, keepdims=True)
    if not np.isfinite(lengths).all():
        bad = np.flatnonzero(~np.isfinite(lengths[:, 0]))
        raise BadInput(
            f"The embedding holds NaN, infinite or overflowing values in {len(bad)} of {len(rows)} rows "
            f"(first: row {bad[0]}). Nothing was computed. Embed these images again, or leave them out."
        )
    rows /= np.maximum(lengths, np.float32(1e-12))
    return rows


def main_directions(rows: Floats, count: int, *, rounds: int) -> Floats:
    """(D, min(count, D)) float32: orthonormal, widest first, of the rows as they are (centre them for PCA).

    Of each direction the entry largest in size is positive: the same rows give the same signs. Exact up to
    float32 where the widths fall off; directions of about equal width may be mixed with each other.

    Args:
        rows: (N, D), N >= 1.
        rounds: of improvement: 3 for a good space, 15 for single directions.
    Source: Halko, Martinsson and Tropp 2011, arXiv:0909.4061, algorithm 4.4 (subspace iteration).
    """
    width = rows.shape[1]
    carried = min(count + SPARE, width)
    basis = np.random.default_rng(0).normal(size=(width, carried)).astype(np.float32)
    with one_core():
        for _ in range(rounds):
            basis = np.linalg.qr(rows.T @ (rows @ basis))[0].astype(np.float32)
        seen = rows @ basis
        _, turn = np.linalg.eigh((seen.T @ seen).astype(np.float64))
        directions = basis @ turn[:, ::-1][:, :count].astype(np.float32)
    largest = directions[np.abs(directions).argmax(axis=0), np.arange(directions.shape[1])]
    signed: Floats = directions * np.where(largest < 0, -1.0, 1.0).astype(np.float32)
    return signed


def sample_rows(rows: Floats, most: int) -> Floats:
    """At most so many of the rows, drawn at random but always the same; in equal steps a period could hide."""
    if len(rows) <= most:
        return rows
    return rows[np.sort(np.random.default_rng(0).choice(len(rows), most, replace=False))]

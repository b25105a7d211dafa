"""Main directions against a full decomposition."""

from __future__ import annotations

import numpy as np
import pytest

from labelgraft.learning.directions import main_directions, sample_rows


def test_directions_are_those_of_a_full_decomposition() -> None:
    rng = np.random.default_rng(1)
    rows = (rng.normal(size=(500, 60)) * 0.8 ** np.arange(60)).astype(np.float32)
    found = main_directions(rows, 4, rounds=15)
    _, _, right = np.linalg.svd(rows.astype(np.float64), full_matrices=False)
    assert np.abs(np.sum(found * right[:4].T, axis=0)) == pytest.approx(1.0, abs=1e-4)
    assert found.T @ found == pytest.approx(np.eye(4), abs=1e-4)


def test_the_largest_entry_of_a_direction_is_positive() -> None:
    rows = np.random.default_rng(2).normal(size=(50, 7)).astype(np.float32)
    found = main_directions(rows, 3, rounds=15)
    assert (found[np.abs(found).argmax(axis=0), np.arange(3)] > 0).all()


@pytest.mark.parametrize(("count", "width"), [(1, 1), (1, 5), (3, 2), (2, 200)])
def test_few_rows_or_numbers_give_as_many_directions_as_there_are(count: int, width: int) -> None:
    rows = np.ones((count, width), np.float32)
    found = main_directions(rows, 2, rounds=5)
    assert found.shape == (width, min(2, width))
    assert np.isfinite(found).all()


def test_rows_of_zeros_have_directions_too() -> None:
    assert np.isfinite(main_directions(np.zeros((5, 4), np.float32), 2, rounds=5)).all()


def test_a_sample_sees_more_than_every_tenth_of_periodic_rows() -> None:
    rows = np.arange(10_000, dtype=np.float32)[:, None] % 10
    assert set(sample_rows(rows, 1_000)[:, 0].tolist()) == set(range(10))
    assert len(sample_rows(rows, 1_000)) == 1_000
    assert sample_rows(rows, 10_000) is rows

"""Nearest neighbours against the plain definition."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from labelgraft.domain.arrays import AnyArray, Floats
from labelgraft.errors import BadInput, BadSetting, ShapeMismatch
from labelgraft.learning import neighbours as module
from labelgraft.learning.neighbours import nearest_neighbours


def random_rows(count: int, width: int, seed: int = 0) -> Floats:
    return np.random.default_rng(seed).normal(size=(count, width)).astype(np.float32)


def by_definition(embedding: Floats, k: int) -> tuple[AnyArray, AnyArray]:
    rows = embedding.astype(np.float64)
    unit = rows / np.linalg.norm(rows, axis=1, keepdims=True)
    distance = 1 - unit @ unit.T
    np.fill_diagonal(distance, np.inf)
    order = np.argsort(distance, axis=1, kind="stable")[:, :k]
    return order, np.take_along_axis(distance, order, axis=1)


@settings(max_examples=25, deadline=None)
@given(count=st.integers(2, 300), width=st.integers(2, 40), k=st.integers(1, 20), seed=st.integers(0, 9))
def test_neighbours_are_those_of_the_definition(count: int, width: int, k: int, seed: int) -> None:
    embedding = random_rows(count, width, seed)
    found = nearest_neighbours(embedding, k=k)
    _, distances = by_definition(embedding, min(k, count - 1))
    assert found.indices.shape == found.distances.shape == (count, min(k, count - 1))
    assert found.distances == pytest.approx(distances, abs=2e-6)
    assert not (found.indices == np.arange(count)[:, None]).any()
    assert all(len(set(row)) == len(row) for row in found.indices.tolist())


def test_blocks_of_any_size_give_the_same_neighbours(monkeypatch: pytest.MonkeyPatch) -> None:
    embedding = random_rows(1_000, 16)
    whole = nearest_neighbours(embedding)
    monkeypatch.setattr(module, "BLOCK_BYTES", 4 * 1_000 * 37)
    assert np.array_equal(nearest_neighbours(embedding).indices, whole.indices)


def test_wide_embeddings_of_many_images_keep_nearly_all_true_neighbours() -> None:
    rng = np.random.default_rng(0)
    # Directions of falling variance, as real embeddings have them, over a common mean.
    scale = 1.0 / np.sqrt(1.0 + np.arange(300))
    embedding = (0.3 + rng.normal(size=(4_500, 300)) * scale).astype(np.float32)
    order, distances = by_definition(embedding, 15)
    found = nearest_neighbours(embedding, k=15)
    recall = np.mean([len(set(a) & set(b)) / 15 for a, b in zip(order, found.indices.tolist(), strict=True)])
    assert recall >= 0.97
    assert found.distances[:, 0] == pytest.approx(distances[:, 0], abs=2e-2)


def test_the_length_of_a_row_does_not_count() -> None:
    embedding = random_rows(100, 8)
    longer = embedding * np.linspace(0.1, 1_000, 100, dtype=np.float32)[:, None]
    assert np.array_equal(nearest_neighbours(embedding).indices, nearest_neighbours(longer).indices)


@pytest.mark.parametrize("count", [0, 1])
def test_one_image_or_none_has_no_neighbours(count: int) -> None:
    assert nearest_neighbours(random_rows(count, 4)).indices.shape == (count, 0)


def test_identical_images_are_each_others_neighbours_at_distance_zero() -> None:
    found = nearest_neighbours(np.ones((20, 5), np.float32), k=3)
    assert found.distances == pytest.approx(0.0, abs=1e-6)
    assert not (found.indices == np.arange(20)[:, None]).any()


def test_a_row_of_zeros_is_equally_far_from_all() -> None:
    embedding = random_rows(10, 4)
    embedding[2] = 0
    assert nearest_neighbours(embedding, k=9).distances[2] == pytest.approx(1.0)


@pytest.mark.parametrize("bad", [np.nan, np.inf])
def test_values_that_are_no_numbers_are_refused_by_row(bad: float) -> None:
    embedding = random_rows(10, 4)
    embedding[7, 1] = bad
    with pytest.raises(BadInput, match="row 7"):
        nearest_neighbours(embedding)


def test_a_wrong_shape_or_k_is_refused() -> None:
    with pytest.raises(ShapeMismatch):
        nearest_neighbours(np.zeros(5, np.float32))
    with pytest.raises(BadSetting):
        nearest_neighbours(random_rows(5, 2), k=0)

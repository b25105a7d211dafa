"""Activations come back in their shape, also those that float16 alone could not hold."""

from __future__ import annotations

import hashlib
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp

from labelgraft.domain.ids import ContentHash
from labelgraft.errors import BadInput, ShapeMismatch
from labelgraft.storage.activations import ActivationSpace
from labelgraft.storage.embeddings import EmbeddingKey, EmbeddingStore

KEY = EmbeddingKey("efficientnet-lite0", "abc", "block 7", "224 bicubic", "openvino", "bf16", "view 1")
ROWS = hnp.arrays(
    np.float32, st.tuples(st.integers(1, 4), st.just(3), st.just(2)), elements=st.floats(-1e7, 1e7, width=32)
)


def hashes(count: int, first: int = 0) -> list[ContentHash]:
    numbers = range(first, first + count)
    return [ContentHash(hashlib.sha256(str(n).encode()).hexdigest()) for n in numbers]


@settings(max_examples=30, deadline=None)
@given(rows=ROWS)
def test_rows_of_any_size_come_back_to_a_thousandth_of_their_largest_number(
    tmp_path_factory: pytest.TempPathFactory, rows: np.ndarray[tuple[int, int, int], np.dtype[np.float32]]
) -> None:
    space = ActivationSpace(EmbeddingStore(tmp_path_factory.mktemp("store")).space(KEY))
    names = hashes(len(rows))
    space.write(names, rows)
    back = space.read(names[::-1])[::-1]
    assert back.shape == rows.shape
    off = np.abs(back - rows).reshape(len(rows), -1).max(axis=1)
    assert (off <= np.abs(rows).reshape(len(rows), -1).max(axis=1) / 1000 + 1e-6).all()


def test_numbers_that_float16_holds_come_back_to_the_bit(tmp_path: Path) -> None:
    space = ActivationSpace(EmbeddingStore(tmp_path).space(KEY))
    rows = np.random.default_rng(0).normal(size=(5, 4, 3)).astype(np.float16)
    space.write(hashes(5), rows)
    again = ActivationSpace(EmbeddingStore(tmp_path).space(KEY))
    assert again.shape == (4, 3)
    np.testing.assert_array_equal(again.read(hashes(5)), rows.astype(np.float32))
    assert again.missing(hashes(6)) == hashes(1, first=5)


def test_another_shape_and_what_is_not_finite_are_refused(tmp_path: Path) -> None:
    space = ActivationSpace(EmbeddingStore(tmp_path).space(KEY))
    space.write(hashes(1), np.ones((1, 4, 3), np.float32))
    with pytest.raises(ShapeMismatch, match=r"shape \(4, 3\), the new ones \(3, 4\)"):
        space.write(hashes(1, first=1), np.ones((1, 3, 4), np.float32))
    with pytest.raises(BadInput, match="not finite"):
        space.write(hashes(1, first=1), np.full((1, 4, 3), np.nan, np.float32))


def test_shards_stay_small_however_large_one_image_is(tmp_path: Path) -> None:
    space = ActivationSpace(EmbeddingStore(tmp_path).space(KEY))
    assert space.rows_per_shard((192, 7, 7)) == 256
    assert space.rows_per_shard((32, 112, 112)) == 39
    assert space.rows_per_shard((1000, 1000, 1000)) == 1

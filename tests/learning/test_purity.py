"""Purity against cases that can be counted by hand."""

from __future__ import annotations

import numpy as np
import pytest

from labelgraft.errors import ShapeMismatch
from labelgraft.learning.purity import embedding_purity, map_purity

RNG = np.random.default_rng(0)
TWO_CLUMPS = np.concatenate(
    [RNG.normal(size=(20, 2)) * 0.01, [5, 5] + RNG.normal(size=(20, 2)) * 0.01]
).astype(np.float32)
BY_CLUMP = np.repeat(np.array([0, 1], np.int64), 20)


def test_classes_in_clumps_of_their_own_are_pure() -> None:
    assert map_purity(TWO_CLUMPS, BY_CLUMP) == 1.0


def test_classes_strewn_at_random_have_about_the_purity_of_chance() -> None:
    embedding = RNG.normal(size=(2_000, 8)).astype(np.float32)
    classes = RNG.integers(4, size=2_000)
    assert embedding_purity(embedding, classes) == pytest.approx(0.25, abs=0.02)


def test_each_clump_with_one_stranger_is_counted_exactly() -> None:
    xy = np.concatenate([np.zeros((4, 2)), np.ones((4, 2))]).astype(np.float32)
    xy += RNG.normal(size=xy.shape).astype(np.float32) * 1e-3
    classes = np.array([0, 0, 0, 1, 1, 1, 1, 0], np.int64)
    # Of its three neighbours each of the six at home has two of its class, each of the two strangers none.
    assert map_purity(xy, classes, k=3) == pytest.approx(6 * (2 / 3) / 8)


def test_images_without_a_class_or_left_out_do_not_count_as_neighbours() -> None:
    xy = np.repeat(TWO_CLUMPS, 2, axis=0)
    classes = np.repeat(BY_CLUMP, 2)
    classes[1::4] = 1 - classes[1::4]
    only = np.ones(len(xy), np.bool_)
    only[1::4] = False
    assert map_purity(xy, classes) != 1.0
    assert map_purity(xy, classes, only=only) == 1.0
    assert map_purity(xy, np.where(only, classes, -1)) == 1.0


def test_embedding_and_map_agree_where_their_distances_do() -> None:
    angle = RNG.uniform(0, 2 * np.pi, size=200)
    circle = np.stack([np.cos(angle), np.sin(angle)], axis=1).astype(np.float32)
    classes = (angle > np.pi).astype(np.int64)
    on_circle = map_purity(circle, classes)
    assert on_circle is not None
    assert embedding_purity(circle * 7, classes) == pytest.approx(on_circle, abs=0.003)


def test_images_at_one_place_are_counted_without_themselves() -> None:
    classes = np.zeros(50, np.int64)
    classes[0] = 1
    purity = map_purity(np.zeros((50, 2), np.float32), classes)
    assert purity is not None
    assert 0.9 < purity < 1.0


@pytest.mark.parametrize("count", [0, 1, 15])
def test_too_few_labels_have_no_purity(count: int) -> None:
    classes = np.full(40, -1, np.int64)
    classes[:count] = 0
    assert map_purity(TWO_CLUMPS, classes) is None
    assert embedding_purity(TWO_CLUMPS, classes) is None


def test_different_lengths_are_refused() -> None:
    with pytest.raises(ShapeMismatch):
        map_purity(TWO_CLUMPS, BY_CLUMP[:5])

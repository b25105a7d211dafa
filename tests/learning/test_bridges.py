"""Bridges and odd ones: on points whose answer is known, and as laws."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from labelgraft.domain.arrays import Floats, Ints
from labelgraft.errors import ShapeMismatch
from labelgraft.learning.bridges import LEAST_SHARE, bridges_between, find_bridges
from labelgraft.learning.odd_ones import oddness


def two_islands(seed: int = 0, between: int = 6) -> tuple[Floats, Ints]:
    """Forty images around each of two directions, and some half-way that belong to the first."""
    rng = np.random.default_rng(seed)
    directions = np.eye(2, 16)
    middle = np.repeat(directions.sum(axis=0, keepdims=True) / 2, between, axis=0)
    around = np.repeat(directions, 40, axis=0) + 0.05 * rng.normal(size=(80, 16))
    rows = np.concatenate([around, middle + 0.003 * rng.normal(size=(between, 16))])
    return rows.astype(np.float32), np.repeat([0, 1, 0], [40, 40, between])


def test_the_images_half_way_between_two_islands_are_the_bridge() -> None:
    rows, islands = two_islands(between=4)  # fewer than would fill a neighbourhood of their own
    (bridge,) = find_bridges(rows, islands, k=12)
    assert (bridge.first, bridge.second) == (0, 1)
    assert set(bridge.rows.tolist()) == {80, 81, 82, 83}


def test_islands_far_apart_have_no_bridge_and_one_island_has_none() -> None:
    rows, islands = two_islands(between=0)
    assert find_bridges(rows, islands) == ()
    assert find_bridges(rows, np.zeros_like(islands)) == ()
    assert find_bridges(rows, np.full_like(islands, -1)) == ()


@settings(max_examples=60, deadline=None)
@given(
    seed=st.integers(0, 10_000),
    count=st.integers(2, 60),
    k=st.integers(1, 15),
    island_count=st.integers(1, 5),
)
def test_a_bridge_says_of_each_image_what_its_neighbours_say(
    seed: int, count: int, k: int, island_count: int
) -> None:
    rng = np.random.default_rng(seed)
    islands = rng.integers(-1, island_count, count)
    neighbours = rng.integers(0, count, (count, k))
    for bridge in bridges_between(neighbours, islands):
        assert bridge.first < bridge.second
        assert len(bridge.rows) >= 3
        for row, share in zip(bridge.rows, bridge.shares, strict=True):
            lies = islands[neighbours[row]]
            held = sorted([(lies == bridge.first).mean(), (lies == bridge.second).mean()])
            assert held[0] == pytest.approx(float(share))
            assert share >= LEAST_SHARE
            others = set(range(island_count)) - {bridge.first, bridge.second}
            assert all((lies == other).mean() <= held[0] for other in others)


def test_the_stranger_in_an_island_is_the_oddest_and_only_he_is_far_out() -> None:
    rng = np.random.default_rng(1)
    rows = np.concatenate([np.eye(1, 16).repeat(50, axis=0), np.eye(1, 16, 3)]) + 0.1 * rng.normal(
        size=(51, 16)
    )
    found = oddness(rows.astype(np.float32), np.zeros(51, np.int64))
    assert found.argmax() == 50
    assert found[50] > 6
    assert np.sort(found)[-2] < 6


@settings(max_examples=40, deadline=None)
@given(seed=st.integers(0, 10_000), scale=st.floats(0.01, 100))
def test_oddness_does_not_depend_on_length_or_order_and_is_nan_outside_islands(
    seed: int, scale: float
) -> None:
    rng = np.random.default_rng(seed)
    rows = rng.normal(size=(30, 8)).astype(np.float32)
    islands = rng.integers(-1, 3, 30)
    found = oddness(rows, islands)
    assert (np.isnan(found) == (islands < 0)).all()
    order = rng.permutation(30)
    again = oddness(rows[order] * np.float32(scale), islands[order])
    np.testing.assert_allclose(again, found[order], atol=2e-2, rtol=2e-3)


def test_near_copies_are_not_odd() -> None:
    rows = np.eye(1, 8).repeat(20, axis=0) + 1e-4 * np.random.default_rng(0).normal(size=(20, 8))
    assert oddness(rows.astype(np.float32), np.zeros(20, np.int64)).max() < 1


def test_lengths_must_agree() -> None:
    rows = np.zeros((3, 2), np.float32)
    with pytest.raises(ShapeMismatch):
        oddness(rows, np.zeros(2, np.int64))
    with pytest.raises(ShapeMismatch):
        find_bridges(rows, np.zeros(2, np.int64))

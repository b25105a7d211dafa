"""Registration takes back every turn, mirror, scale and shift, whatever a third of the images do."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from labelgraft.domain.arrays import Floats
from labelgraft.errors import ShapeMismatch
from labelgraft.learning.registration import frame_radius, median_move, register, to_frame


def cloud(count: int = 60, seed: int = 0) -> Floats:
    points = np.random.default_rng(seed).normal(size=(count, 2)) * np.array([1.0, 0.4])
    scaled: Floats = points.astype(np.float32)
    return scaled


def turned(xy: Floats, *, angle: float, mirrored: bool, scale: float, shift: tuple[float, float]) -> Floats:
    turn = np.array([[np.cos(angle), -np.sin(angle)], [np.sin(angle), np.cos(angle)]])
    if mirrored:
        turn = turn @ np.diag([1.0, -1.0])
    moved: Floats = (scale * (xy @ turn.T) + np.array(shift)).astype(np.float32)
    return moved


@given(
    angle=st.floats(-7, 7), mirrored=st.booleans(), scale=st.floats(0.01, 100), x=st.floats(-50, 50),
    y=st.floats(-50, 50),
)  # fmt: skip
def test_a_turned_mirrored_scaled_and_shifted_map_is_brought_back(
    angle: float, mirrored: bool, scale: float, x: float, y: float
) -> None:
    old = cloud()
    new = turned(old, angle=angle, mirrored=mirrored, scale=scale, shift=(x, y))
    assert register(new, old).apply(new) == pytest.approx(old, abs=2e-3 / min(scale, 1.0))


def test_a_quarter_of_the_images_changing_island_does_not_move_the_others() -> None:
    old = cloud(200)
    new = turned(old, angle=1.0, mirrored=True, scale=3.0, shift=(5.0, 0.0))
    new[:50] += np.array([20.0, -9.0], np.float32)
    assert register(new, old).apply(new)[50:] == pytest.approx(old[50:], abs=1e-4)


def test_the_map_does_not_shrink_when_images_move_at_random() -> None:
    old = to_frame(cloud(2_000))
    for round_number in range(10):
        noise = np.random.default_rng(round_number).normal(scale=0.3, size=old.shape).astype(np.float32)
        new = to_frame(old + noise)
        old = register(new, old).apply(new)
    assert frame_radius(old) > 0.8


@pytest.mark.parametrize("count", [0, 1, 2, 3])
def test_few_shared_images_still_register(count: int) -> None:
    old = cloud(count)
    new = turned(old, angle=2.0, mirrored=False, scale=2.0, shift=(1.0, 1.0))
    assert register(new, old).apply(new) == pytest.approx(old, abs=1e-5)


def test_points_all_in_one_place_are_only_shifted() -> None:
    new, old = np.ones((5, 2), np.float32), cloud(5)
    found = register(new, old)
    assert found.scale == 1.0
    assert np.ptp(found.apply(new), axis=0) == pytest.approx([0, 0])
    assert (found.apply(new) > old.min(axis=0)).all()
    assert (found.apply(new) < old.max(axis=0)).all()


def test_different_shapes_are_refused() -> None:
    with pytest.raises(ShapeMismatch):
        register(cloud(4), cloud(5))


def test_the_frame_has_its_mean_at_zero_and_95_percent_within_radius_one() -> None:
    framed = to_frame(cloud(1_000) * 7 + 3)
    assert framed.mean(axis=0) == pytest.approx([0, 0], abs=1e-5)
    assert np.mean(np.linalg.norm(framed, axis=1) <= 1.0) == pytest.approx(0.95, abs=0.002)


@pytest.mark.parametrize("count", [0, 1, 7])
def test_points_in_one_place_come_to_the_middle_of_the_frame(count: int) -> None:
    assert not to_frame(np.full((count, 2), 1e6 / 3, np.float32)).any()


def test_the_median_move_is_told_in_radii_of_the_old_round() -> None:
    old = to_frame(cloud(100)) * 5
    assert median_move(old + np.array([0.5, 0.0], np.float32), old) == pytest.approx(0.1, rel=1e-3)

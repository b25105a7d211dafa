"""Islands: found, numbered as before, and named after their labels."""

from __future__ import annotations

import numpy as np
import pytest

from labelgraft.domain.arrays import Floats, Ints
from labelgraft.errors import ShapeMismatch
from labelgraft.learning import islands as module
from labelgraft.learning.islands import describe_islands, find_islands, keep_numbers


def blobs(sizes: list[int], *, seed: int = 0) -> tuple[Floats, Ints]:
    """Round clusters on a circle of radius 1, and the cluster of each point."""
    rng = np.random.default_rng(seed)
    member = np.repeat(np.arange(len(sizes), dtype=np.int64), sizes)
    angle = 2 * np.pi * member / len(sizes)
    xy = np.stack([np.cos(angle), np.sin(angle)], axis=1) + rng.normal(scale=0.05, size=(len(member), 2))
    return xy.astype(np.float32), member


def ints(*values: int) -> Ints:
    return np.array(values, np.int64)


def test_separate_clusters_are_islands_largest_first() -> None:
    xy, member = blobs([60, 300, 150])
    found = find_islands(xy)
    assert set(found.tolist()) - {-1} == {0, 1, 2}
    for cluster, number in [(1, 0), (2, 1), (0, 2)]:
        share = (found[member == cluster] == number).mean()
        assert share > 0.85


def test_a_sample_finds_the_same_islands(monkeypatch: pytest.MonkeyPatch) -> None:
    xy, _ = blobs([600, 500, 300])
    whole = find_islands(xy)
    monkeypatch.setattr(module, "SAMPLE", 500)
    sampled = find_islands(xy)
    both = (whole >= 0) & (sampled >= 0)
    assert both.mean() > 0.7
    assert np.array_equal(whole[both], sampled[both])


@pytest.mark.parametrize("count", [0, 1, 9])
def test_a_handful_of_images_has_no_islands(count: int) -> None:
    assert find_islands(np.zeros((count, 2), np.float32)).tolist() == [-1] * count


def test_images_all_in_one_place_are_no_island() -> None:
    assert find_islands(np.ones((50, 2), np.float32)).tolist() == [-1] * 50


def test_many_images_in_few_places_are_islands_without_failing() -> None:
    xy = np.repeat(np.array([[0, 0], [1, 0], [0, 1]], np.float32), 40, axis=0)
    assert len(find_islands(xy)) == 120


def test_numbers_stay_with_the_island_that_overlaps_most() -> None:
    before = ints(0, 0, 0, 1, 1, 1, 2, 2, -1, -1)
    islands = ints(2, 2, 2, 0, 0, 0, 0, 1, 1, 1)
    assert keep_numbers(islands, before).tolist() == [0, 0, 0, 1, 1, 1, 1, 2, 2, 2]


def test_a_new_island_gets_a_number_nobody_had() -> None:
    before = ints(0, 0, 0, 0, 4, 4)
    assert keep_numbers(ints(0, 0, 1, -1, 2, 2), before).tolist() == [0, 0, 5, -1, 4, 4]


def test_numbers_of_rounds_of_different_length_are_refused() -> None:
    with pytest.raises(ShapeMismatch):
        keep_numbers(ints(0), ints(0, 1))


def test_islands_are_named_after_their_labels() -> None:
    islands = np.repeat(ints(0, 1, 2, 3), 10)
    classes = np.full(40, -1, np.int64)
    classes[:4] = ints(0, 0, 0, 1)
    classes[10:12] = 1
    classes[20:25] = 0
    xy = np.random.default_rng(0).normal(size=(40, 2)).astype(np.float32)
    described = describe_islands(xy, islands, classes, ("cat", "dog"))
    assert [island.name for island in described] == ["cat 1", "dog", "cat 2", "island 3"]
    assert [island.purity for island in described] == [0.75, 1.0, 1.0, None]
    assert [island.labelled_count for island in described] == [4, 2, 5, 0]
    assert {island.image_count for island in described} == {10}


def test_an_island_knows_its_place_and_size() -> None:
    xy, member = blobs([200, 100])
    first, second = describe_islands(xy, member, np.full(300, -1, np.int64), ())
    assert (first.centre_x, first.centre_y) == pytest.approx((1, 0), abs=0.03)
    assert (second.centre_x, second.centre_y) == pytest.approx((-1, 0), abs=0.03)
    assert first.radius == pytest.approx(0.05 * np.sqrt(-2 * np.log(0.05)), rel=0.2)


def test_no_islands_are_described_where_there_are_none() -> None:
    assert describe_islands(np.zeros((3, 2), np.float32), ints(-1, -1, -1), ints(0, 0, 0), ("cat",)) == ()

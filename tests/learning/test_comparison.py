"""Comparing backbones on labels: on arrays whose answer is known, and on photos whose story users know."""

from __future__ import annotations

import csv
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image

from labelgraft.domain.arrays import Floats, Ints
from labelgraft.errors import BadInput, NotEnoughLabels, NothingLabelled, ShapeMismatch
from labelgraft.learning.backbones import network
from labelgraft.learning.comparison import folds_of, neighbour_scores, probe_scores, recommend, score

RNG = np.random.default_rng(0)


def islands(per_class: int, classes: int, spread: float, width: int = 32) -> tuple[Floats, Ints]:
    """Points around one centre per class; a spread of 0.1 keeps them apart, one of 50 mixes them."""
    rng = np.random.default_rng(per_class * classes)
    target = np.repeat(np.arange(classes), per_class)
    centre = rng.normal(size=(classes, width))
    return (centre[target] + spread * rng.normal(size=(len(target), width))).astype(np.float32), target


def test_separated_classes_score_one_and_mixed_ones_chance() -> None:
    apart = score("apart", *islands(20, 3, 0.1))
    mixed = score("mixed", *islands(60, 3, 50.0))
    assert (apart.neighbours.value, apart.probe.value) == (1.0, 1.0)
    assert mixed.neighbours.low < 1 / 3 < mixed.neighbours.high
    assert mixed.probe.low < 1 / 3 < mixed.probe.high
    assert apart.chance == pytest.approx(1 / 3)


def test_the_length_of_an_embedding_does_not_matter() -> None:
    embeddings, target = islands(15, 3, 1.0)
    stretched = embeddings * RNG.uniform(0.1, 100, (len(embeddings), 1)).astype(np.float32)
    one, other = score("x", embeddings, target), score("x", stretched, target)
    assert one.neighbours == other.neighbours
    assert one.probe == other.probe


def test_the_same_labels_and_seed_give_the_same_score() -> None:
    embeddings, target = islands(10, 4, 2.0)
    assert score("x", embeddings, target, seed=3) == score("x", embeddings, target, seed=3)


def test_an_image_has_no_vote_on_itself() -> None:
    """Pairs of opposite classes at the same place: whoever counted itself would be right."""
    place = np.eye(4, dtype=np.float32).repeat(2, axis=0)
    truth = np.tile(np.eye(2, dtype=bool), (4, 1))
    assert (neighbour_scores(place, truth, 1).argmax(axis=1) != truth.argmax(axis=1)).all()


def test_the_labels_of_a_fold_have_no_say_in_its_own_scores() -> None:
    unit = RNG.normal(size=(60, 20)).astype(np.float32)
    target = RNG.integers(0, 2, 60)
    fold = np.arange(60) % 5
    turned = np.where(fold == 0, 1 - target, target)
    one, other = (probe_scores(unit, t[:, None] == np.arange(2), fold) for t in (target, turned))
    assert np.array_equal(one[fold == 0], other[fold == 0])
    assert not np.array_equal(one[fold == 1], other[fold == 1])


def test_classes_with_one_label_are_counted_and_left_out() -> None:
    embeddings, target = islands(10, 2, 0.1)
    more = np.concatenate([embeddings, RNG.normal(size=(2, 32)).astype(np.float32)])
    result = score("x", more, np.concatenate([target, [7, 8]]))
    assert result.single_classes == 2
    assert (result.labels, result.probe.count, result.probe.value) == (22, 20, 1.0)


def test_two_labels_of_one_class_are_enough_not_to_fail() -> None:
    assert score("x", RNG.normal(size=(2, 8)).astype(np.float32), np.array([3, 3])).labels == 2


def test_several_classes_per_image_are_scored_over_classes() -> None:
    weights = RNG.normal(size=(40, 5))
    embeddings = RNG.normal(size=(300, 40)).astype(np.float32)
    truth = embeddings @ weights > 5
    told = score("told", embeddings, truth)
    untold = score("untold", RNG.normal(size=(300, 40)).astype(np.float32), truth)
    assert told.probe.low > untold.probe.high
    assert told.labels == int(truth.any(axis=1).sum())


@given(classes=st.lists(st.integers(0, 5), min_size=2, max_size=40))
@settings(deadline=None, max_examples=60)
def test_any_labels_either_score_within_bounds_or_say_what_is_missing(classes: list[int]) -> None:
    embeddings = np.random.default_rng(len(classes)).normal(size=(len(classes), 6)).astype(np.float32)
    target = np.array(classes)
    if max(classes.count(c) for c in classes) < 2:
        with pytest.raises(NotEnoughLabels):
            score("x", embeddings, target)
        return
    result = score("x", embeddings, target)
    for interval in (result.neighbours, result.probe):
        assert 0 <= interval.low <= interval.value <= interval.high <= 1


@given(counts=st.lists(st.integers(2, 9), min_size=1, max_size=6))
def test_every_class_of_two_labels_can_be_learnt_for_every_test(counts: list[int]) -> None:
    first = np.repeat(np.arange(len(counts)), counts)
    fold = folds_of(first[:, None] == np.arange(len(counts)), np.random.default_rng(1))
    assert all(len(np.unique(fold[first == c])) >= 2 for c in range(len(counts)))


def test_arrays_that_cannot_be_scored_say_why() -> None:
    with pytest.raises(NothingLabelled):
        score("x", np.zeros((0, 4), np.float32), np.zeros(0, np.int64))
    with pytest.raises(ShapeMismatch):
        score("x", np.zeros((3, 4), np.float32), np.zeros(2, np.int64))
    with pytest.raises(BadInput, match="NaN"):
        score("x", np.full((3, 4), np.nan, np.float32), np.zeros(3, np.int64))
    with pytest.raises(NothingLabelled):
        score("x", np.zeros((3, 4), np.float32), np.zeros((3, 2), bool))
    with pytest.raises(BadInput, match="embed with one first"):
        recommend([])


def test_the_recommendation_says_whether_the_difference_is_clear() -> None:
    good, bad = score("good", *islands(30, 3, 0.1)), score("bad", *islands(30, 3, 5.0))
    clear = recommend([bad, good])
    assert (clear.backbone, clear.clear) == ("good", True)
    assert "a clear difference" in clear.reason
    near = recommend([good, score("twin", *islands(30, 3, 0.1))])
    assert not near.clear
    assert "overlap" in near.reason


def test_nothing_above_chance_asks_for_more_labels() -> None:
    hopeless = recommend([score("noise", RNG.normal(size=(60, 8)).astype(np.float32), np.arange(60) % 2)])
    assert "label more first" in hopeless.reason


def test_on_cats_and_dogs_the_histogram_is_near_chance_and_the_network_far_above(
    shared_data: Callable[[str], Path],
) -> None:
    folder = shared_data("catsdogs")
    with (folder / "labels.csv").open(newline="") as file:
        rows = list(csv.DictReader(file))[::8]
    target = np.array([row["label"] == "dog" for row in rows]).astype(np.int64)
    images = []
    for row in rows:
        with Image.open(folder / row["path"]) as image:
            images.append(image.convert("RGB"))
    scores = {}
    for name in ("color-histogram", "efficientnet-lite0"):
        loaded = network.load(name)
        pixels = np.stack([loaded.prepare(image) for image in images])
        scores[name] = score(name, loaded.embed(pixels), target)
    assert scores["color-histogram"].neighbours.value < 0.68
    assert scores["color-histogram"].probe.value < 0.68
    assert scores["efficientnet-lite0"].neighbours.value > 0.93
    assert scores["efficientnet-lite0"].probe.value > 0.93
    advice = recommend(list(scores.values()))
    assert (advice.backbone, advice.clear) == ("efficientnet-lite0", True)

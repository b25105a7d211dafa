"""Average precision against pycocotools, and what must hold for any."""

from __future__ import annotations

import sys

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.learning.scoring.builders import CLASSES, SIGMAS, found_objects, oracle, random_images

from labelgraft.domain.arrays import Doubles
from labelgraft.domain.shapes.box import Box
from labelgraft.domain.shapes.shape import ShapeKind
from labelgraft.errors import BadInput, NothingLabelled, ShapeMismatch
from labelgraft.learning.scoring.average_precision import average_precision, precision_difference
from labelgraft.learning.scoring.coco_figures import coco_precisions
from labelgraft.learning.scoring.matching import match, precisions
from labelgraft.learning.scoring.objects import FoundObjects, TrueObjects, true_objects
from labelgraft.learning.scoring.resampling import image_weights, interval_of

ALL = [ShapeKind.BOX, ShapeKind.MASK, ShapeKind.KEYPOINTS]
SEEDS = st.integers(0, 10**6)


def own(truth: list[TrueObjects], found: list[FoundObjects], kind: ShapeKind) -> Doubles:
    matched = match(truth, found, class_count=CLASSES, kind=kind, sigmas=SIGMAS)
    figures: Doubles = precisions(matched, np.ones((1, len(truth)), np.int64))[0]
    return figures


@pytest.mark.parametrize("kind", ALL)
@pytest.mark.parametrize("seed", range(6))
def test_both_ways_give_the_figures_of_pycocotools(kind: ShapeKind, seed: int) -> None:
    truth, found = random_images(seed, kind)
    expected = oracle(truth, found, kind)
    assert 0 < np.nanmean(expected) < 1
    exact = coco_precisions(truth, found, class_count=CLASSES, kind=kind, sigmas=SIGMAS)
    np.testing.assert_allclose(exact, expected, atol=1e-9)
    np.testing.assert_allclose(own(truth, found, kind), expected, atol=1e-9)


def test_more_than_a_hundred_objects_of_a_class_in_one_image_count_as_in_coco() -> None:
    truth = [true_objects([0] * 130, [Box(8.0 * at, 0, 8.0 * at + 6, 6) for at in range(130)])]
    found = [found_objects([0] * 130, [0.5] * 130, list(truth[0].shapes))]
    expected = oracle(truth, found, ShapeKind.BOX)[0]
    assert expected[0] < 0.8
    np.testing.assert_allclose(own(truth, found, ShapeKind.BOX)[0], expected)


def counted(objects: TrueObjects) -> TrueObjects:
    """Without those that do not count."""
    kept = np.flatnonzero(~objects.ignored).tolist()
    return true_objects(objects.class_indexes[kept].tolist(), [objects.shapes[at] for at in kept])


@pytest.mark.parametrize("kind", ALL)
@settings(deadline=None, max_examples=10)
@given(seed=SEEDS)
def test_labels_as_found_objects_have_precision_one(kind: ShapeKind, seed: int) -> None:
    truth, _ = random_images(seed, kind, images=4, crowds=False)
    truth = [counted(each) for each in truth]
    if not sum(len(each.shapes) for each in truth):
        return
    found = [FoundObjects(t.class_indexes, np.full(len(t.shapes), 0.5, np.float32), t.shapes) for t in truth]
    score = average_precision(truth, found, class_count=CLASSES, kind=kind, sigmas=SIGMAS, resamples=20)
    assert score.overall.ap.value == pytest.approx(1)
    assert score.overall.ap.low == pytest.approx(1)


@settings(deadline=None, max_examples=25)
@given(seed=SEEDS, order=st.permutations(range(6)))
def test_the_order_of_images_does_not_matter(seed: int, order: list[int]) -> None:
    truth, found = random_images(seed, ShapeKind.BOX, images=6)
    rng = np.random.default_rng(seed)
    found = [
        FoundObjects(f.class_indexes, rng.random(len(f.shapes)).astype(np.float32), f.shapes) for f in found
    ]
    before = own(truth, found, ShapeKind.BOX)
    after = own([truth[at] for at in order], [found[at] for at in order], ShapeKind.BOX)
    np.testing.assert_allclose(before, after)


@settings(deadline=None, max_examples=25)
@given(seed=SEEDS)
def test_taking_a_false_positive_away_never_lowers_precision(seed: int) -> None:
    truth, found = random_images(seed, ShapeKind.BOX, images=5)
    matched = match(truth, found, class_count=CLASSES, kind=ShapeKind.BOX)
    before = own(truth, found, ShapeKind.BOX)
    never = np.flatnonzero(~matched.right.any(axis=1) & ~matched.neutral.any(axis=1))
    for place in never[:5].tolist():
        image, sure = int(matched.image[place]), matched.confidences[place]
        seen = found[image]
        same = (seen.class_indexes == matched.class_indexes[place]) & (seen.confidences == sure)
        if same.sum() != 1:
            continue
        kept = np.flatnonzero(~same).tolist()
        fewer = list(found)
        shapes = tuple(seen.shapes[at] for at in kept)
        fewer[image] = FoundObjects(seen.class_indexes[kept], seen.confidences[kept], shapes)
        after = own(truth, fewer, ShapeKind.BOX)
        assert (np.nan_to_num(after) >= np.nan_to_num(before) - 1e-12).all()


@settings(deadline=None, max_examples=25)
@given(seed=SEEDS)
def test_drawing_an_image_twice_is_having_it_twice(seed: int) -> None:
    truth, found = random_images(seed, ShapeKind.BOX, images=5)
    rng = np.random.default_rng(seed)
    found = [
        FoundObjects(f.class_indexes, rng.random(len(f.shapes)).astype(np.float32), f.shapes) for f in found
    ]
    matched = match(truth, found, class_count=CLASSES, kind=ShapeKind.BOX)
    weights = image_weights(5, resamples=4, seed=seed)
    drawn = precisions(matched, weights)
    for row, result in zip(weights, drawn, strict=True):
        places = np.repeat(np.arange(5), row)
        literal = own([truth[at] for at in places], [found[at] for at in places], ShapeKind.BOX)
        np.testing.assert_allclose(result, literal, atol=1e-9)


def test_intervals_hold_the_value_and_shrink_with_more_images() -> None:
    few = average_precision(
        *random_images(3, ShapeKind.BOX, images=10), class_count=CLASSES, kind=ShapeKind.BOX
    )
    many = average_precision(
        *random_images(3, ShapeKind.BOX, images=200), class_count=CLASSES, kind=ShapeKind.BOX
    )
    for score in (few, many):
        for each in (score.overall.ap, score.overall.ap50, score.overall.ap75):
            assert 0 <= each.low <= each.value <= each.high <= 1
    assert many.overall.ap50.high - many.overall.ap50.low < 0.5 * (
        few.overall.ap50.high - few.overall.ap50.low
    )
    assert many.overall.ap50.count == 200


def test_intervals_hold_the_truth_about_as_often_as_they_say() -> None:
    """The truth is the AP50 of 1,500 images; 60 times 40 of them are measured. Plain percentiles hold it in 80 %."""
    truth, found = random_images(8, ShapeKind.BOX, images=1500)
    half = np.array([0.5])
    matched = match(truth, found, class_count=CLASSES, kind=ShapeKind.BOX, thresholds=half)
    whole = float(np.nanmean(precisions(matched, np.ones((1, 1500), np.int64))))
    rng, held = np.random.default_rng(0), 0
    for attempt in range(60):
        some = rng.choice(1500, 40, replace=False).tolist()
        part = match(
            [truth[at] for at in some], [found[at] for at in some],
            class_count=CLASSES, kind=ShapeKind.BOX, thresholds=half,
        )  # fmt: skip
        draws = np.concatenate([np.ones((1, 40), np.int64), image_weights(40, seed=attempt)])
        figures = np.nanmean(precisions(part, draws)[:, :, 0], axis=1)
        interval = interval_of(float(figures[0]), figures[1:], 40)
        held += int(interval.low <= whole <= interval.high)
    assert held >= 52


def test_two_models_are_compared_on_the_same_draws() -> None:
    truth, found = random_images(5, ShapeKind.BOX, images=60)
    best = [FoundObjects(t.class_indexes, np.ones(len(t.shapes), np.float32), t.shapes) for t in truth]
    first, second = (match(truth, each, class_count=CLASSES, kind=ShapeKind.BOX) for each in (best, found))
    same = precision_difference(second, second)
    assert (same.value, same.low, same.high) == (0, 0, 0)
    better = precision_difference(first, second)
    assert better.low > 0.2
    worse = precision_difference(second, first)
    assert (worse.value, worse.low) == pytest.approx((-better.value, -better.high))
    with pytest.raises(ShapeMismatch, match="same images"):
        precision_difference(first, match(truth[:9], found[:9], class_count=CLASSES, kind=ShapeKind.BOX))


def test_a_class_without_truth_has_no_figure_and_finds_cost_it_nothing() -> None:
    truth = [true_objects([0], [Box(0, 0, 9, 9)])]
    found = [found_objects([0, 1], [0.9, 0.8], [Box(0, 0, 9, 9), Box(0, 0, 9, 9)])]
    score = average_precision(truth, found, class_count=2, kind=ShapeKind.BOX)
    assert score.per_class[1] is None
    assert score.overall.ap.value == pytest.approx(1)
    assert score.truth_counts == (1, 0)


def test_nothing_found_scores_zero_and_no_truth_is_an_error() -> None:
    truth, nothing = [true_objects([0], [Box(0, 0, 9, 9)])], [found_objects([], [], [])]
    assert average_precision(truth, nothing, class_count=1, kind=ShapeKind.BOX).overall.ap.value == 0
    with pytest.raises(NothingLabelled):
        average_precision([true_objects([], [])], nothing, class_count=1, kind=ShapeKind.BOX)
    with pytest.raises(ShapeMismatch):
        average_precision(truth, [], class_count=1, kind=ShapeKind.BOX)
    with pytest.raises(BadInput, match="other shapes"):
        match(truth, [found_objects([0], [1], [Box(0, 0, 1, 1)])], class_count=1, kind=ShapeKind.MASK)


def test_scoring_loads_nothing_heavy_before_it_is_used() -> None:
    import subprocess

    code = (
        "import sys, labelgraft.learning.scoring.average_precision; print('faster_coco_eval' in sys.modules)"
    )
    said = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout
    assert said.strip() == "False"

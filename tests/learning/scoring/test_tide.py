"""Kinds of mistakes."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.learning.scoring.builders import CLASSES, found_objects, random_images

from labelgraft.domain.shapes.box import Box
from labelgraft.domain.shapes.shape import Shape, ShapeKind
from labelgraft.learning.scoring.coco_figures import coco_precisions
from labelgraft.learning.scoring.objects import true_objects
from labelgraft.learning.scoring.tide import Mistake, Mistakes, mistakes

HERE = Box(0, 0, 10, 10)
OTHER = Box(40, 40, 50, 50)


def of(classes: list[int], confidences: list[float], shapes: list[Shape]) -> Mistakes:
    """One image with an object of class 0 at HERE and one at OTHER."""
    truth = [true_objects([0, 0], [HERE, OTHER])]
    found = [found_objects(classes, confidences, shapes)]
    return mistakes(truth, found, class_count=2, kind=ShapeKind.BOX)


@pytest.mark.parametrize(
    ("index", "box", "expected"),
    [
        (0, Box(6, 0, 16, 10), Mistake.LOCATION),  # IoU 0.25
        (1, Box(1, 0, 11, 10), Mistake.CLASS),
        (1, Box(6, 0, 16, 10), Mistake.BOTH),
        (0, Box(0, 0, 9, 10), Mistake.DUPLICATE),
        (1, Box(20, 20, 30, 30), Mistake.BACKGROUND),
        (0, Box(9, 9, 19, 19), Mistake.BACKGROUND),  # IoU 0.005
    ],
)
def test_each_mistake_has_its_name(index: int, box: Box, expected: Mistake) -> None:
    result = of([0, 0, index], [0.9, 0.9, 0.5], [HERE, OTHER, box])
    assert result.found[0].tolist() == ["", "", expected]
    assert {kind for kind, count in result.counts.items() if count} == {expected}
    assert result.ap50 == pytest.approx(1)  # what is less sure than all right ones costs nothing


def test_a_missed_object_is_one_that_no_mending_would_find() -> None:
    result = of([0], [0.9], [HERE])
    assert result.missed[0].tolist() == [False, True]
    assert result.ap50 + result.lost_ap50[Mistake.MISSED] == pytest.approx(1)
    result = of([0, 1], [0.9, 0.8], [HERE, OTHER])
    assert result.counts[Mistake.MISSED] == 0
    assert result.counts[Mistake.CLASS] == 1
    assert result.ap50 + result.lost_ap50[Mistake.CLASS] == pytest.approx(1)


def test_mending_places_what_lay_beside_but_only_once() -> None:
    beside = Box(44, 40, 54, 50)
    result = of([0, 0, 0], [0.9, 0.8, 0.7], [beside, beside, HERE])
    assert result.found[0].tolist() == ["location", "location", ""]
    assert result.lost_ap50[Mistake.LOCATION] == pytest.approx(1 - result.ap50)
    assert result.lost_ap50[Mistake.BACKGROUND] == 0


def test_background_costs_what_stands_before_right_ones() -> None:
    result = of([0, 0, 0], [0.9, 0.8, 0.7], [Box(20, 20, 25, 25), HERE, OTHER])
    assert result.ap50 == pytest.approx(2 / 3)
    assert result.lost_ap50[Mistake.BACKGROUND] == pytest.approx(1 / 3)


@settings(deadline=None, max_examples=30)
@given(st.integers(0, 10**6))
def test_every_found_object_is_right_neutral_or_one_mistake_and_mending_never_harms(seed: int) -> None:
    truth, found = random_images(seed, ShapeKind.BOX, images=5)
    result = mistakes(truth, found, class_count=CLASSES, kind=ShapeKind.BOX)
    exact = coco_precisions(truth, found, class_count=CLASSES, kind=ShapeKind.BOX)[:, 0]
    if np.isfinite(exact).any():
        assert result.ap50 == pytest.approx(np.nanmean(exact))
    assert sum(len(each) for each in result.found) == sum(len(each.shapes) for each in found)
    named = sum(count for kind, count in result.counts.items() if kind is not Mistake.MISSED)
    assert named == sum(int((each != "").sum()) for each in result.found)
    for kind in (Mistake.DUPLICATE, Mistake.BACKGROUND, Mistake.BOTH, Mistake.LOCATION):
        assert result.lost_ap50[kind] >= -1e-12

"""The split and the folds keep groups whole, classes present and earlier choices as they were."""

from __future__ import annotations

import hypothesis.strategies as st
import numpy as np
import pytest
from hypothesis import given

from labelgraft.domain.arrays import Ints
from labelgraft.domain.split import (
    ALWAYS_TRAINED_ON,
    NO_SPLIT,
    TEST,
    TRAIN,
    UNLABELLED,
    folds_by_group,
    rarest_class,
    split_by_group,
)
from labelgraft.errors import BadSetting, ShapeMismatch


@st.composite
def labelled_images(draw: st.DrawFn) -> tuple[Ints, Ints]:
    """Classes (-1 = no label) and groups of up to 60 images."""
    count = draw(st.integers(0, 60))
    classes = draw(st.lists(st.integers(-1, 4), min_size=count, max_size=count))
    groups = draw(st.lists(st.integers(0, 30), min_size=count, max_size=count))
    return np.array(classes, np.int64), np.array(groups, np.int64)


def groups_with(classes: Ints, groups: Ints, label: int) -> set[int]:
    return set(groups[classes == label].tolist())


@given(images=labelled_images(), fraction=st.floats(0, 0.9), seed=st.integers(0, 5))
def test_no_group_is_on_both_sides_and_every_class_of_two_groups_is_trained_on(
    images: tuple[Ints, Ints], fraction: float, seed: int
) -> None:
    classes, groups = images
    split = split_by_group(classes, groups, test_fraction=fraction, seed=seed)
    assert set(split[classes == UNLABELLED].tolist()) <= {NO_SPLIT}
    assert set(split[classes != UNLABELLED].tolist()) <= {TRAIN, TEST}
    labelled = classes != UNLABELLED
    for group in set(groups[labelled].tolist()):
        assert len(set(split[labelled & (groups == group)].tolist())) == 1
    for label in set(classes[labelled].tolist()):
        assert (split[classes == label] == TRAIN).any()


@given(images=labelled_images(), seed=st.integers(0, 5), later=st.integers(0, 60))
def test_labels_added_later_leave_earlier_splits_as_they_are(
    images: tuple[Ints, Ints], seed: int, later: int
) -> None:
    classes, groups = images
    at_first = np.where(np.arange(len(classes)) < later, classes, UNLABELLED)
    before = split_by_group(at_first, groups, test_fraction=0.3, seed=seed)
    after = split_by_group(classes, groups, test_fraction=0.3, seed=seed, earlier=before)
    kept = before != NO_SPLIT
    assert (after[kept] == before[kept]).all()
    again = split_by_group(classes, groups, test_fraction=0.3, seed=seed, earlier=after)
    assert (again == after).all()


def test_the_tested_share_of_each_class_is_near_the_fraction() -> None:
    classes = np.repeat([0, 1, 2], [500, 100, 10])
    split = split_by_group(classes, np.arange(610), test_fraction=0.2, seed=3)
    assert [int((split[classes == c] == TEST).sum()) for c in range(3)] == [100, 20, 2]


def test_another_seed_draws_other_images_and_the_same_seed_the_same() -> None:
    classes, groups = np.zeros(100, np.int64), np.arange(100)
    one, same, other = (split_by_group(classes, groups, test_fraction=0.5, seed=s) for s in (1, 1, 2))
    assert (one == same).all()
    assert (one != other).any()


def test_a_class_with_one_group_is_trained_on_however_many_images_it_has() -> None:
    classes = np.array([0] * 6 + [1] * 6)
    groups = np.array([7] * 6 + list(range(10, 16)))
    split = split_by_group(classes, groups, test_fraction=0.5, seed=0)
    assert (split[:6] == TRAIN).all()
    assert (split[6:] == TEST).sum() == 3


def test_a_duplicate_found_later_pulls_a_tested_image_into_training() -> None:
    earlier = np.array([TRAIN, TEST, TRAIN, TEST])
    split = split_by_group(
        np.zeros(4, np.int64), np.array([0, 0, 2, 3]), test_fraction=0.5, seed=0, earlier=earlier
    )
    assert split.tolist() == [TRAIN, TRAIN, TRAIN, TEST]


@given(images=labelled_images(), folds=st.integers(2, 6), seed=st.integers(0, 5))
def test_folds_keep_groups_whole_and_deal_each_class_evenly(
    images: tuple[Ints, Ints], folds: int, seed: int
) -> None:
    classes, groups = images
    fold = folds_by_group(classes, groups, fold_count=folds, seed=seed)
    labelled = classes != UNLABELLED
    assert (fold[~labelled] == ALWAYS_TRAINED_ON).all()
    assert ((fold >= -1) & (fold < folds)).all()
    for group in set(groups[labelled].tolist()):
        assert len(set(fold[labelled & (groups == group)].tolist())) == 1
    assert (fold == folds_by_group(classes, groups, fold_count=folds, seed=seed)).all()


def test_single_images_of_a_class_are_dealt_one_to_each_fold() -> None:
    classes = np.repeat([0, 1, 2], [10, 5, 1])
    fold = folds_by_group(classes, np.arange(16), fold_count=5, seed=0)
    assert np.bincount(fold[:10], minlength=5).tolist() == [2] * 5
    assert sorted(fold[10:15].tolist()) == [0, 1, 2, 3, 4]
    assert fold[15] == ALWAYS_TRAINED_ON


def test_an_image_with_several_classes_counts_for_its_rarest() -> None:
    targets = np.array([[True, True, False], [True, False, False], [False, False, False]])
    assert rarest_class(targets).tolist() == [1, 0, -1]


def test_wrong_requests_are_refused_in_words() -> None:
    classes = np.zeros(3, np.int64)
    with pytest.raises(BadSetting, match="test fraction is 1"):
        split_by_group(classes, classes, test_fraction=1.0, seed=0)
    with pytest.raises(BadSetting, match="at least 2"):
        folds_by_group(classes, classes, fold_count=1, seed=0)
    with pytest.raises(ShapeMismatch, match=r"\[2, 3\]"):
        split_by_group(classes, classes[:2], test_fraction=0.2, seed=0)

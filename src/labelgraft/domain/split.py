"""Which labelled images are for training and which for testing, and the folds of a cross-validation.

Near-duplicates travel together: an image is never tested on while its twin is trained on. Letters used here:
N images, G groups, C classes.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from dataclasses import dataclass

import numpy as np

from labelgraft.domain.arrays import Bools, Ints
from labelgraft.errors import BadSetting, ShapeMismatch

UNLABELLED = -1
"""Class of an image that nobody has labelled; such images get no split and no fold."""
NO_SPLIT, TRAIN, TEST = -1, 0, 1
"""Codes of a split in an array."""
ALWAYS_TRAINED_ON = -1
"""Fold of an image that is never held out: the only group of its class, or without a label."""


@dataclass(frozen=True, slots=True)
class _Group:
    """Images that must stay together. primary: the rarest of its classes, which it is stratified by."""

    positions: tuple[int, ...]
    classes: frozenset[int]
    primary: int


def split_by_group(
    classes: Ints, groups: Ints, *, test_fraction: float, seed: int, earlier: Ints | None = None
) -> Ints:
    """Split of every labelled image, stratified by class, whole groups at a time.

    A class with one group is trained on. A class with two groups or more always keeps one in training. Labels
    that are added later leave earlier splits as they are; a group that got members on both sides (a duplicate
    found later) goes to training as a whole, since a part of it has been trained on.

    Args:
        classes: (N,) int64, -1 for images without a label. Several classes per image: see rarest_class.
        groups: (N,) int64, equal for images that must not be separated.
        test_fraction: share of each class's images to test on, 0 <= f < 1.
        earlier: (N,) codes NO_SPLIT, TRAIN or TEST given before.
    Returns: (N,) int64 of the same codes; NO_SPLIT where the class is -1 and nothing was given before.
    Raises: BadSetting, ShapeMismatch.
    """
    if not 0 <= test_fraction < 1:
        raise BadSetting(f"The test fraction is {test_fraction}; it must be at least 0 and below 1.")
    given = np.full(len(classes), NO_SPLIT, np.int64) if earlier is None else earlier
    _same_length(classes, groups, given)
    found = _collect(classes, groups)
    split = given.copy()
    undecided = _keep_earlier(found, given, split)
    wanted = _images_per_class(found)
    tested = _images_per_class([g for g in found if split[g.positions[0]] == TEST])
    spare = Counter(c for g in found if split[g.positions[0]] != TEST for c in g.classes)
    order = np.random.default_rng(seed).permutation(len(undecided))
    for group in (undecided[i] for i in order):
        after = tested[group.primary] + len(group.positions) / 2
        fits = after <= test_fraction * wanted[group.primary] and all(spare[c] >= 2 for c in group.classes)
        split[list(group.positions)] = TEST if fits else TRAIN
        if fits:
            tested[group.primary] += len(group.positions)
            spare.subtract(group.classes)
    return split


def folds_by_group(classes: Ints, groups: Ints, *, fold_count: int, seed: int) -> Ints:
    """Fold of every labelled image: in turn each fold is held out and the rest is trained on.

    Each class's groups are dealt, largest first, to the fold with the fewest images of that class. A class
    with one group is never held out: no classifier could know it then.

    Args:
        classes, groups: as in split_by_group.
        fold_count: F >= 2.
    Returns: (N,) int64 in [0, F), or -1 for images that are never held out.
    Raises: BadSetting, ShapeMismatch.
    """
    if fold_count < 2:
        raise BadSetting(f"{fold_count} folds were asked for; a cross-validation needs at least 2.")
    _same_length(classes, groups)
    fold = np.full(len(classes), ALWAYS_TRAINED_ON, np.int64)
    found = _collect(classes, groups)
    groups_of = Counter(g.primary for g in found)
    order = np.random.default_rng(seed).permutation(len(found))
    dealt = sorted((found[i] for i in order), key=lambda g: -len(g.positions))
    in_class: dict[int, Ints] = defaultdict(lambda: np.zeros(fold_count, np.int64))
    in_all = np.zeros(fold_count, np.int64)
    for group in dealt:
        if groups_of[group.primary] < 2:
            continue
        least = int(np.lexsort((in_all, in_class[group.primary]))[0])
        fold[list(group.positions)] = least
        in_class[group.primary][least] += len(group.positions)
        in_all[least] += len(group.positions)
    return fold


def rarest_class(targets: Bools) -> Ints:
    """One class per image for stratifying images with several: the one that fewest images have.

    targets: (N, C) bool. Returns: (N,) int64; -1 where an image has none.
    """
    if targets.shape[1] == 0:
        return np.full(len(targets), UNLABELLED, np.int64)
    share = np.where(targets, targets.sum(axis=0), len(targets) + 1)
    return np.where(targets.any(axis=1), share.argmin(axis=1), UNLABELLED).astype(np.int64)


def _collect(classes: Ints, groups: Ints) -> list[_Group]:
    frequency = Counter(classes.tolist())
    members: dict[int, list[int]] = defaultdict(list)
    for position in np.flatnonzero(classes != UNLABELLED).tolist():
        members[int(groups[position])].append(position)
    collected = []
    for positions in members.values():
        inside = frozenset(int(classes[p]) for p in positions)
        collected.append(_Group(tuple(positions), inside, min(inside, key=lambda c: (frequency[c], c))))
    return collected


def _keep_earlier(found: list[_Group], given: Ints, split: Ints) -> list[_Group]:
    """Spread earlier splits over whole groups; returns the groups that have none yet."""
    undecided = []
    for group in found:
        known = set(given[list(group.positions)].tolist()) - {NO_SPLIT}
        if not known:
            undecided.append(group)
            continue
        split[list(group.positions)] = TEST if known == {TEST} else TRAIN
    return undecided


def _images_per_class(found: list[_Group]) -> Counter[int]:
    images: Counter[int] = Counter()
    for group in found:
        images[group.primary] += len(group.positions)
    return images


def _same_length(*columns: Ints) -> None:
    lengths = {len(column) for column in columns}
    if len(lengths) > 1:
        raise ShapeMismatch(f"classes, groups and earlier splits have different lengths: {sorted(lengths)}")

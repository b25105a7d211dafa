"""Why a detector loses average precision: six kinds of mistakes, and what mending all of one kind would gain.

Source: Bolya et al. 2020, arXiv:2008.08115 (TIDE), with its thresholds, order of tests and oracles.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from enum import StrEnum

import numpy as np

from labelgraft.domain.arrays import AnyArray, Bools, Doubles, Ints
from labelgraft.domain.shapes.shape import ShapeKind
from labelgraft.errors import ShapeMismatch
from labelgraft.learning.scoring.matching import MOST_PER_IMAGE, Matched, precisions, taken
from labelgraft.learning.scoring.objects import FoundObjects, TrueObjects, overlaps

FOREGROUND = 0.5
BACKGROUND = 0.1


class Mistake(StrEnum):
    """What is wrong with a found object, or a true one that was missed."""

    CLASS = "class"  # in its place, of another class
    LOCATION = "location"  # right class, overlaps too little
    BOTH = "both"  # wrong class, overlaps too little
    DUPLICATE = "duplicate"  # right, but a surer one has that object
    BACKGROUND = "background"  # nothing is there
    MISSED = "missed"  # a true object that no mistake of class or location would have found


@dataclass(frozen=True, slots=True, eq=False)
class Mistakes:
    """counts: of each kind. lost_ap50: how much AP50 would rise if all of that kind were mended; kinds do not add up.

    found: one (N,) array of Mistake or "" per image, as the found objects were given: right ones, ones in crowds and ones
    beyond the hundred surest of an image and class have "". missed: one (M,) bool array per image.
    """

    ap50: float
    counts: Mapping[Mistake, int]
    lost_ap50: Mapping[Mistake, float]
    found: tuple[AnyArray, ...]
    missed: tuple[Bools, ...]


@dataclass(slots=True, eq=False)
class _Image:
    """One image's found objects at work. nearest: the true object that a mistake of class or location is about, or -1."""

    kinds: list[str]
    nearest: Ints
    right: list[bool]
    neutral: list[bool]
    used: set[int]
    missed: list[bool]


def mistakes(
    truth: Sequence[TrueObjects],
    found: Sequence[FoundObjects],
    *,
    class_count: int,
    kind: ShapeKind,
    sigmas: Sequence[float] = (),
) -> Mistakes:
    """truth, found: of the same images in the same order. Raises: ShapeMismatch, BadInput."""
    if len(truth) != len(found):
        raise ShapeMismatch(f"scoring: {len(truth)} images with truth, {len(found)} with found objects.")
    images = [
        _judged(drawn, seen, overlaps(seen, drawn, kind, sigmas))
        for drawn, seen in zip(truth, found, strict=True)
    ]
    base = _matched(truth, found, images, class_count)
    ap50 = _ap50(base)
    counts = {each: sum(image.kinds.count(each) for image in images) for each in Mistake}
    counts[Mistake.MISSED] = sum(sum(image.missed) for image in images)
    lost = {each: _ap50(_mended(base, each, truth, found, images)) - ap50 for each in Mistake}
    return Mistakes(
        ap50=ap50,
        counts=counts,
        lost_ap50=lost,
        found=tuple(np.array(image.kinds, "<U10") for image in images),
        missed=tuple(np.array(image.missed, np.bool_) for image in images),
    )


def _judged(drawn: TrueObjects, seen: FoundObjects, likeness: Doubles) -> _Image:
    count = len(seen.class_indexes)
    result = _Image([""] * count, np.full(count, -1), [False] * count, [False] * count, set(), [])
    considered: list[int] = []
    for index in np.unique(seen.class_indexes):
        ours = np.flatnonzero(seen.class_indexes == index)
        order = ours[np.argsort(-seen.confidences[ours], kind="stable")]
        for each in order[MOST_PER_IMAGE:]:
            result.neutral[each] = True
        order = order[:MOST_PER_IMAGE]
        _take(result, order, np.flatnonzero(drawn.class_indexes == index), drawn, likeness)
        considered += order.tolist()
    counts = ~drawn.ignored
    for each in considered:
        if not result.right[each] and not result.neutral[each]:
            same = counts & (drawn.class_indexes == seen.class_indexes[each])
            _name(result, each, likeness[each], same, counts & ~same)
    mendable = {int(result.nearest[each]) for each in considered}
    result.missed = [
        bool(counts[at]) and at not in result.used and at not in mendable for at in range(len(counts))
    ]
    return result


def _take(image: _Image, ours: Ints, theirs: Ints, drawn: TrueObjects, likeness: Doubles) -> None:
    """Marks what COCO's matching at 0.5 calls right, and which true objects are used up."""
    part = likeness[np.ix_(ours, theirs)]
    right, neutral = taken(part, drawn.ignored[theirs], drawn.crowd[theirs], np.array([FOREGROUND]))
    for row, each in enumerate(ours.tolist()):
        image.right[each], image.neutral[each] = bool(right[row, 0]), bool(neutral[row, 0])
        if image.right[each]:
            free = [
                t
                for t in range(len(theirs))
                if int(theirs[t]) not in image.used
                and not drawn.ignored[theirs[t]]
                and part[row, t] >= FOREGROUND
            ]
            image.used.add(int(theirs[max(free, key=lambda t: (part[row, t], t))]))


def _name(image: _Image, each: int, values: Doubles, same: Bools, other: Bools) -> None:
    """The first test that holds, in the order of TIDE's own code."""
    of_class, of_others = np.where(same, values, 0.0), np.where(other, values, 0.0)
    best_same, best_other = of_class.max(initial=0.0), of_others.max(initial=0.0)
    if BACKGROUND <= best_same < FOREGROUND:
        image.kinds[each], image.nearest[each] = Mistake.LOCATION, int(of_class.argmax())
    elif best_other >= FOREGROUND:
        image.kinds[each], image.nearest[each] = Mistake.CLASS, int(of_others.argmax())
    elif best_same >= FOREGROUND:
        image.kinds[each] = Mistake.DUPLICATE
    elif best_other < BACKGROUND:
        image.kinds[each] = Mistake.BACKGROUND
    else:
        image.kinds[each] = Mistake.BOTH


def _matched(
    truth: Sequence[TrueObjects], found: Sequence[FoundObjects], images: Sequence[_Image], class_count: int
) -> Matched:
    counts = np.zeros((len(truth), class_count), np.int64)
    for at, drawn in enumerate(truth):
        np.add.at(counts[at], drawn.class_indexes[~drawn.ignored], 1)
    whole = [np.full(len(seen.class_indexes), at) for at, seen in enumerate(found)]
    return Matched(
        image=np.concatenate([np.zeros(0, np.int64), *whole]),
        class_indexes=np.concatenate([np.zeros(0, np.int64), *(seen.class_indexes for seen in found)]),
        confidences=np.concatenate([np.zeros(0, np.float32), *(seen.confidences for seen in found)]),
        right=np.array([flag for image in images for flag in image.right], np.bool_).reshape(-1, 1),
        neutral=np.array([flag for image in images for flag in image.neutral], np.bool_).reshape(-1, 1),
        truth_count=counts,
    )


def _mended(
    base: Matched,
    mistake: Mistake,
    truth: Sequence[TrueObjects],
    found: Sequence[FoundObjects],
    images: Sequence[_Image],
) -> Matched:
    """The same with one kind of mistakes gone: mended where the true object is free, for the surest; else taken away."""
    if mistake is Mistake.MISSED:
        counts = base.truth_count.copy()
        for at, (drawn, image) in enumerate(zip(truth, images, strict=True)):
            np.subtract.at(counts[at], drawn.class_indexes[np.array(image.missed, np.bool_)], 1)
        return replace(base, truth_count=counts)
    classes, right, neutral = base.class_indexes.copy(), base.right.copy(), base.neutral.copy()
    start = 0
    for drawn, seen, image in zip(truth, found, images, strict=True):
        given = set(image.used)
        for each in np.argsort(-seen.confidences, kind="stable").tolist():
            if image.kinds[each] != mistake:
                continue
            target = int(image.nearest[each])
            if target >= 0 and target not in given:
                given.add(target)
                classes[start + each], right[start + each] = drawn.class_indexes[target], True
            else:
                neutral[start + each] = True
        start += len(image.kinds)
    return replace(base, class_indexes=classes, right=right, neutral=neutral)


def _ap50(matched: Matched) -> float:
    values = precisions(matched, np.ones((1, len(matched.truth_count)), np.int64))[0, :, 0]
    known = values[np.isfinite(values)]
    return float(known.mean()) if len(known) else 0.0

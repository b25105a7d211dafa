"""Which found objects are right, as COCO decides it, and the average precision that follows, for many draws of images.

Source: cocoapi, PythonAPI/pycocotools/cocoeval.py. One image and class at a time the surest found object takes the true one
that it overlaps most, of those that are left; crowds take any number, and count for nothing.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from labelgraft.domain.arrays import AnyArray, Bools, Doubles, Floats, Ints
from labelgraft.domain.shapes.shape import ShapeKind
from labelgraft.errors import ShapeMismatch
from labelgraft.learning.scoring.objects import FoundObjects, TrueObjects, overlaps

THRESHOLDS: Doubles = np.linspace(0.5, 0.95, 10)
RECALLS: Doubles = np.linspace(0.0, 1.0, 101)
MOST_PER_IMAGE = 100
MOST_POSES_PER_IMAGE = 20
_BLOCK = 1 << 21


@dataclass(frozen=True, slots=True, eq=False)
class Matched:
    """D found objects of I images, C classes and T thresholds.

    image, class_indexes: (D,). confidences: (D,). right: (D, T), whether it took a true object at that overlap.
    neutral: (D, T), whether it took a crowd: it does not count.
    truth_count: (I, C), true objects that count.
    """

    image: Ints
    class_indexes: Ints
    confidences: Floats
    right: Bools
    neutral: Bools
    truth_count: Ints


def match(
    truth: Sequence[TrueObjects],
    found: Sequence[FoundObjects],
    *,
    class_count: int,
    kind: ShapeKind,
    sigmas: Sequence[float] = (),
    thresholds: Doubles = THRESHOLDS,
) -> Matched:
    """truth, found: of the same images in the same order. Raises: ShapeMismatch, BadInput."""
    if len(truth) != len(found):
        raise ShapeMismatch(f"scoring: {len(truth)} images with truth, {len(found)} with found objects.")
    most = MOST_POSES_PER_IMAGE if kind is ShapeKind.KEYPOINTS else MOST_PER_IMAGE
    images, chosen, right, neutral = [], [], [], []
    counts = np.zeros((len(truth), class_count), np.int64)
    for at, (drawn, seen) in enumerate(zip(truth, found, strict=True)):
        np.add.at(counts[at], drawn.class_indexes[~drawn.ignored], 1)
        whole = overlaps(seen, drawn, kind, sigmas)
        for index in np.unique(seen.class_indexes):
            ours = np.flatnonzero(seen.class_indexes == index)
            ours = ours[np.argsort(-seen.confidences[ours], kind="stable")][:most]
            theirs = np.flatnonzero(drawn.class_indexes == index)
            hits, nothing = taken(
                whole[np.ix_(ours, theirs)], drawn.ignored[theirs], drawn.crowd[theirs], thresholds
            )
            images.append(np.full(len(ours), at))
            chosen.append(np.stack([seen.class_indexes[ours], seen.confidences[ours]], axis=1))
            right.append(hits)
            neutral.append(nothing)
    steps = len(thresholds)
    columns = np.concatenate([np.zeros((0, 2)), *chosen])
    return Matched(
        image=np.concatenate([np.zeros(0, np.int64), *images]),
        class_indexes=columns[:, 0].astype(np.int64),
        confidences=columns[:, 1].astype(np.float32),
        right=np.concatenate([np.zeros((0, steps), np.bool_), *right]),
        neutral=np.concatenate([np.zeros((0, steps), np.bool_), *neutral]),
        truth_count=counts,
    )


def taken(likeness: Doubles, ignored: Bools, crowd: Bools, thresholds: Doubles) -> tuple[Bools, Bools]:
    """Of one image and class, the surest first.

    likeness: (N, M). Returns (N, T) twice: took a true object that counts; took one that does not.
    """
    right = np.zeros((len(likeness), len(thresholds)), np.bool_)
    neutral = np.zeros_like(right)
    least = np.minimum(thresholds, 1 - 1e-10)[:, None]
    free = np.ones((len(thresholds), likeness.shape[1]), np.bool_)
    steps = np.arange(len(thresholds))
    for row, values in enumerate(likeness if likeness.shape[1] else ()):
        near = (free | crowd) & (values >= least)
        for wanted, marks in ((~ignored, right), (ignored, neutral)):
            allowed = near & wanted
            place = _last_best(np.where(allowed, values, -1.0))
            took = allowed[steps, place] & ~right[row]
            marks[row] |= took
            free[steps[took], place[took]] = False
    return right, neutral


def _last_best(values: Doubles) -> Ints:
    """The position of the highest value of each row; of equal ones the last, as COCO's loop ends with it."""
    place: Ints = values.shape[1] - 1 - values[:, ::-1].argmax(axis=1)
    return place


def precisions(matched: Matched, weights: AnyArray) -> Doubles:
    """(R, C, T): average precision, 0 to 1, for each draw of images; NaN where a class has no true object in it.

    weights: (R, I), how often each image counts; (1, I) of ones gives COCO's own figure.
    """
    classes, steps = matched.truth_count.shape[1], matched.right.shape[1]
    result = np.full((len(weights), classes, steps), np.nan)
    truths = weights @ matched.truth_count
    for index in range(classes):
        ours = np.flatnonzero(matched.class_indexes == index)
        ours = ours[np.argsort(-matched.confidences[ours], kind="stable")]
        some = np.flatnonzero(truths[:, index])
        rows = max(1, _BLOCK // max(1, len(ours)))
        for start in range(0, len(some), rows):
            block = some[start : start + rows]
            often = weights[np.ix_(block, matched.image[ours])].astype(np.float64)
            for step in range(steps):
                counted = ~matched.neutral[ours, step]
                result[block, index, step] = _area(
                    often[:, counted], matched.right[ours[counted], step], truths[block, index]
                )
    return result


def _area(often: Doubles, right: Bools, truths: Ints) -> Doubles:
    """(R,) mean of the precision at 101 recalls. often: (R, D) by falling confidence. right: (D,). truths: (R,) > 0."""
    if not len(right):
        return np.zeros(len(often))
    hits = np.cumsum(often * right, axis=1)
    precision = hits / np.maximum(np.cumsum(often, axis=1), 1e-300)
    best_after = np.maximum.accumulate(precision[:, ::-1], axis=1)[:, ::-1]
    reached = np.searchsorted(RECALLS, hits / truths[:, None], side="right")
    newly = np.diff(reached, axis=1, prepend=0)
    mean: Doubles = (best_after * newly).sum(axis=1) / len(RECALLS)
    return mean

"""Average precision as COCO defines it, with the interval that the number of images allows."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from labelgraft.domain.arrays import Doubles
from labelgraft.domain.model import Interval
from labelgraft.domain.shapes.shape import ShapeKind
from labelgraft.errors import NothingLabelled, ShapeMismatch
from labelgraft.learning.scoring.coco_figures import coco_precisions
from labelgraft.learning.scoring.matching import Matched, match, precisions
from labelgraft.learning.scoring.objects import FoundObjects, TrueObjects
from labelgraft.learning.scoring.resampling import RESAMPLES, image_weights, interval_of, reflected

AT_50, AT_75 = 0, 5


@dataclass(frozen=True, slots=True)
class Precision:
    """ap: mean over IoU (OKS for keypoints) 0.50 to 0.95. ap50, ap75: at that one. All 0 to 1, with 95 % intervals."""

    ap: Interval
    ap50: Interval
    ap75: Interval


@dataclass(frozen=True, slots=True)
class AveragePrecision:
    """overall: mean over the classes that have a true object. per_class: C entries, None for the others.

    truth_counts: true objects per class, crowds not counted.
    """

    overall: Precision
    per_class: tuple[Precision | None, ...]
    truth_counts: tuple[int, ...]


def average_precision(
    truth: Sequence[TrueObjects],
    found: Sequence[FoundObjects],
    *,
    class_count: int,
    kind: ShapeKind,
    sigmas: Sequence[float] = (),
    resamples: int = RESAMPLES,
    seed: int = 0,
) -> AveragePrecision:
    """The figures are faster-coco-eval's; the intervals come from drawing the images again, `resamples` times.

    Give what was found down to a low confidence (0.01): what is cut off cannot be recalled. At most 100 objects per image
    and class count, 20 for keypoints, as in COCO.

    Args:
        truth, found: of the same images in the same order, images without objects included.
        kind: BOX (boxes around shapes of any kind), MASK or KEYPOINTS.
        sigmas: of the skeleton, for keypoints.
    Raises: NothingLabelled if no true object counts; ShapeMismatch; BadInput; MissingExtra.
    """
    exact = coco_precisions(truth, found, class_count=class_count, kind=kind, sigmas=sigmas)
    if not np.isfinite(exact).any():
        raise NothingLabelled("Scoring: no image has a true object. Label some of the held-out images first.")
    matched = match(truth, found, class_count=class_count, kind=kind, sigmas=sigmas)
    drawn = precisions(matched, image_weights(len(truth), resamples=resamples, seed=seed))
    present = np.isfinite(exact[:, 0])
    return AveragePrecision(
        overall=_precision(exact[present].mean(axis=0), _mean_of_classes(drawn), len(truth)),
        per_class=tuple(
            _precision(exact[at], drawn[:, at], len(truth)) if present[at] else None
            for at in range(class_count)
        ),
        truth_counts=tuple(matched.truth_count.sum(axis=0).tolist()),
    )


@dataclass(frozen=True, slots=True)
class PrecisionDifference:
    """first minus second, -1 to 1, with the 95 % interval of the difference on the same draws of images."""

    value: float
    low: float
    high: float


def precision_difference(
    first: Matched, second: Matched, *, resamples: int = RESAMPLES, seed: int = 0
) -> PrecisionDifference:
    """Of the AP (0.50 to 0.95) of two models on the same images. Raises: ShapeMismatch if their truth is not the same."""
    if not np.array_equal(first.truth_count, second.truth_count):
        raise ShapeMismatch("scoring: two models can only be compared on the same images and labels.")
    images = len(first.truth_count)
    whole = np.ones((1, images), np.int64)
    weights = np.concatenate([whole, image_weights(images, resamples=resamples, seed=seed)])
    each = [_mean_of_classes(precisions(matched, weights)).mean(axis=1) for matched in (first, second)]
    differences = each[0] - each[1]
    value = float(differences[0])
    low, high = reflected(value, differences[1:])
    if math.isnan(low):
        return PrecisionDifference(value, -1.0, 1.0)
    return PrecisionDifference(value, low, high)


def _mean_of_classes(drawn: Doubles) -> Doubles:
    """(R, C, T) to (R, T): over the classes that have a true object in that draw; NaN where none has."""
    present = np.isfinite(drawn)
    count = present.sum(axis=1)
    total = np.where(present, drawn, 0.0).sum(axis=1)
    return np.where(count, total / np.maximum(count, 1), np.nan)


def _precision(exact: Doubles, drawn: Doubles, images: int) -> Precision:
    """exact: (T,). drawn: (R, T)."""
    return Precision(
        ap=interval_of(float(exact.mean()), drawn.mean(axis=1), images),
        ap50=interval_of(float(exact[AT_50]), drawn[:, AT_50], images),
        ap75=interval_of(float(exact[AT_75]), drawn[:, AT_75], images),
    )
